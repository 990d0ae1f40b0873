import FoundationEssentials
import Rights

/// What an effect of the erasure worker is told: which part of which case it is for.
struct ErasureParameters: Hashable, Sendable {
    let target: UUID

    init(target: UUID) { self.target = target }

    /// Nil for one that this version did not write.
    init?(reading text: String) {
        let (document, fault) = JSONScanner.scan(Array(text.utf8), maximumDepth: 2)
        guard fault == nil, document.kind(0) == .object, let index = document.member(0, "target"),
            document.kind(index) == .string, let id = UUID(uuidString: document.string(index))
        else { return nil }
        target = id
    }

    /// As it is stored: a JSON object.
    var text: String {
        var writer = JSONWriter(capacity: 64)
        writer.object { $0.member("target", target) }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
