/// The name of an object: segments of `a-z 0-9 -`, each with one ending at most (`.ext`, of `a-z 0-9`), joined by `/`. Nothing else is one, so
/// no name leads out of the store or to what is not the store's.
struct ObjectName: Hashable, Sendable {
    let segments: [String]

    /// Of a segment, and of a name in all: below what file systems and object stores take.
    private static let segmentLimit = 200
    private static let limit = 512

    init(_ text: String) throws(StoreError) {
        let segments = text.split(separator: "/", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.limit, segments.allSatisfy({ Self.isSegment($0) }) else { throw .name }
        self.segments = segments.map(String.init)
    }

    /// The segments of a prefix: none for an empty one, else those of a name. A slash at its end says nothing.
    static func segments(ofPrefix prefix: String) throws(StoreError) -> [String] {
        let bare = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        return prefix.isEmpty ? [] : try ObjectName(bare).segments
    }

    var text: String { segments.joined(separator: "/") }
    var folders: ArraySlice<String> { segments.dropLast() }
    var leaf: String { segments[segments.count - 1] }

    static func isSegment(_ text: some StringProtocol) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return (1...2).contains(parts.count) && text.utf8.count <= segmentLimit
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { byte in
                        switch byte {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                        default: byte == UInt8(ascii: "-")
                        }
                    }
            }
    }
}
