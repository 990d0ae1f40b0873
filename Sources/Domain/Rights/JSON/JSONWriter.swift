package import FoundationEssentials

/// Writes compact JSON: members in the order they are given, absent values not at all.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init(capacity: Int = 1_024) { bytes.reserveCapacity(capacity) }

    /// An object with these members, such as the body of a fact.
    ///
    /// - Parameter capacity: bytes that it takes, about.
    package static func text(capacity: Int = 256, _ members: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter(capacity: capacity)
        writer.object(members)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    // MARK: Members

    package mutating func member(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }

    package mutating func member(_ name: StaticString, _ value: (some ClosedList)?) {
        guard let value else { return }
        key(name)
        string(value.rawValue)
    }

    package mutating func member(_ name: StaticString, _ value: Bool?) {
        guard let value else { return }
        key(name)
        raw(value ? "true" : "false")
    }

    package mutating func member(_ name: StaticString, _ value: Int?) {
        guard let value else { return }
        key(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    /// The shortest text that reads back as the same number.
    package mutating func member(_ name: StaticString, _ value: Double?) {
        guard let value, value.isFinite else { return }
        key(name)
        bytes.append(contentsOf: value.description.utf8)
    }

    package mutating func member(_ name: StaticString, _ value: UUID?) {
        guard let value else { return }
        key(name)
        string(value.lowercaseText)
    }

    package mutating func member(_ name: StaticString, _ value: Date?) {
        guard let value else { return }
        key(name)
        string(EventTime.text(value))
    }

    package mutating func member(_ name: StaticString, _ value: (some FieldObject)?) {
        guard let value else { return }
        key(name)
        object { value.write(to: &$0) }
    }

    /// Lists without items are left out: for every field they say the same as no list.
    package mutating func member(_ name: StaticString, _ values: [some FieldObject]) {
        guard !values.isEmpty else { return }
        key(name)
        array(values) { writer, value in writer.object { value.write(to: &$0) } }
    }

    package mutating func member(_ name: StaticString, _ values: [String]) {
        guard !values.isEmpty else { return }
        key(name)
        array(values) { $0.string($1) }
    }

    package mutating func member(_ name: StaticString, _ values: [some ClosedList]) {
        guard !values.isEmpty else { return }
        key(name)
        array(values) { $0.string($1.rawValue) }
    }

    package mutating func member(_ reference: CaseReference?) {
        switch reference {
        case .request(let id): member("request", id)
        case .reference(let text): member("request_ref", text)
        case nil: break
        }
    }

    // MARK: Structure

    package mutating func key(_ name: StaticString) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        raw(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = true
    }

    /// A name that is a word of a closed list.
    package mutating func key(_ word: some ClosedList) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        string(word.rawValue)
        bytes.append(UInt8(ascii: ":"))
        // What follows is a value.
        needsComma = true
    }

    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        members(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    package mutating func array<Value>(_ values: [Value], _ write: (inout JSONWriter, Value) -> Void) {
        bytes.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(&self, value)
        }
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// The members of an object that is written already.
    package mutating func members(of object: some BidirectionalCollection<UInt8>) {
        guard let open = object.firstIndex(of: UInt8(ascii: "{")), let close = object.lastIndex(of: UInt8(ascii: "}")),
            open < close
        else { return }
        let inner = object[object.index(after: open)..<close]
        guard inner.contains(where: { !Self.blanks.contains($0) }) else { return }
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        bytes.append(contentsOf: inner)
        needsComma = true
    }

    package mutating func string(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            bytes.append(contentsOf: value.utf8)
        } else {
            for byte in value.utf8 { escaped(byte) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0x0A: raw("\\n")
        case 0x0D: raw("\\r")
        case 0x09: raw("\\t")
        case 0..<0x20:
            raw("\\u00")
            bytes.append(Self.hex[Int(byte >> 4)])
            bytes.append(Self.hex[Int(byte & 0x0F)])
        default: bytes.append(byte)
        }
    }

    private mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private static let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
    private static let hex = Array("0123456789abcdef".utf8)
}
