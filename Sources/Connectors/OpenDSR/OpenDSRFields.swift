import FoundationEssentials
import Rights

/// A JSON object of a peer's, read tolerantly: what is unknown is passed over, and what is null or of another kind is as good as not
/// there.
struct OpenDSRFields {
    /// Extensions may nest as their owners like, within reason.
    private static let depth = 32

    private let document: JSONDocument
    private let object: Int

    /// Nil where it is no JSON object.
    init?(_ body: [UInt8]) {
        let (document, fault) = JSONScanner.scan(body, maximumDepth: Self.depth)
        guard fault == nil, document.kind(0) == .object else { return nil }
        self.init(document, 0)
    }

    private init(_ document: JSONDocument, _ object: Int) {
        self.document = document
        self.object = object
    }

    func text(_ name: StaticString) -> String? {
        guard let index = document.member(object, name), document.kind(index) == .string else { return nil }
        return document.string(index)
    }

    /// Of one line and with something in it.
    func word(_ name: StaticString) -> String? {
        text(name).flatMap { $0.isEmpty || !CanonicalText.isOneLine($0) ? nil : $0 }
    }

    func number(_ name: StaticString) -> Int? {
        guard let index = document.member(object, name), document.kind(index) == .number else { return nil }
        return document.integer(index).flatMap { Int(exactly: $0) }
    }

    func time(_ name: StaticString) -> Date? { text(name).flatMap { EventTime.parse($0) } }

    /// An id as the protocol has it, in lower case.
    func id(_ name: StaticString) -> UUID? { text(name).flatMap { UUID(uuidString: $0) } }

    func section(_ name: StaticString) -> OpenDSRFields? {
        guard let index = document.member(object, name), document.kind(index) == .object else { return nil }
        return OpenDSRFields(document, index)
    }

    /// The objects of a list; nil where there is no list.
    func sections(_ name: StaticString) -> [OpenDSRFields]? {
        items(name)?.filter { document.kind($0) == .object }.map { OpenDSRFields(document, $0) }
    }

    /// The texts of a list; nil where there is no list.
    func texts(_ name: StaticString) -> [String]? {
        items(name)?.filter { document.kind($0) == .string }.map { document.string($0) }
    }

    /// An object as it stands there.
    func raw(_ name: StaticString) -> [UInt8]? {
        guard let index = document.member(object, name), document.kind(index) == .object else { return nil }
        // It ends with the last closing brace before whatever comes next.
        let start = document.offset(index)
        var depth = 0
        var isText = false
        var isEscape = false
        for position in start..<document.bytes.count {
            let byte = document.bytes[position]
            if isText {
                if isEscape {
                    isEscape = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscape = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { return Array(document.bytes[start...position]) }
            default: break
            }
        }
        return nil
    }

    private func items(_ name: StaticString) -> [Int]? {
        guard let list = document.member(object, name), document.kind(list) == .array else { return nil }
        var items: [Int] = []
        var index = list + 1
        while index < document.after(list) {
            items.append(index)
            index = document.after(index)
        }
        return items
    }
}
