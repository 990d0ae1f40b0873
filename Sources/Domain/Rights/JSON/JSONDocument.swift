/// A JSON text with a flat list of its values: nothing is copied or converted until it is asked for.
///
/// The tape holds one entry a value in the order of the text; in an object each value follows the entry of its key.
/// An entry of a container knows where the next sibling stands, so that what nobody asked for is skipped in one step.
package struct JSONDocument: Sendable, Redacting {
    package struct Entry: Sendable {
        package enum Kind: UInt8, Sendable {
            case object, array, string, number, `true`, `false`, null
        }

        package let kind: Kind
        /// For strings: whether there are escapes to resolve.
        let isEscaped: Bool
        /// Where the value begins; for strings behind the quotation mark.
        let start: UInt32
        /// Bytes of the value; for strings without the quotation marks. For containers the number of children.
        var length: UInt32
        /// The entry after this value and all it contains; 0 while a container is still open.
        var next: UInt32
    }

    package let bytes: [UInt8]
    package let tape: [Entry]

    package func kind(_ index: Int) -> Entry.Kind { tape[index].kind }

    /// The entry after the value at `index`.
    package func after(_ index: Int) -> Int {
        let next = Int(tape[index].next)
        return next == 0 ? tape.count : next
    }

    /// Children of an array, members of an object.
    package func count(_ index: Int) -> Int { Int(tape[index].length) }

    /// Whether the string, list or object at `index` has nothing in it.
    package func isEmpty(_ index: Int) -> Bool { tape[index].length == 0 }

    /// The string at `index`, escapes resolved.
    package func string(_ index: Int) -> String {
        let entry = tape[index]
        let start = Int(entry.start)
        let end = start + Int(entry.length)
        if entry.isEscaped { return String(decoding: unescaped(start, end), as: UTF8.self) }
        return bytes.withUnsafeBufferPointer {
            String(decoding: UnsafeBufferPointer(rebasing: $0[start..<end]), as: UTF8.self)
        }
    }

    /// Whether the string at `index` is exactly these bytes.
    package func equals(_ index: Int, _ other: [UInt8]) -> Bool {
        let entry = tape[index]
        let start = Int(entry.start)
        if entry.isEscaped { return unescaped(start, start + Int(entry.length)) == other }
        guard Int(entry.length) == other.count else { return false }
        for offset in 0..<other.count where bytes[start + offset] != other[offset] { return false }
        return true
    }

    package func equals(_ index: Int, _ word: StaticString) -> Bool {
        let entry = tape[index]
        let length = word.utf8CodeUnitCount
        if entry.isEscaped || Int(entry.length) != length {
            return entry.isEscaped && string(index) == word.description
        }
        for offset in 0..<length where bytes[Int(entry.start) + offset] != word.utf8Start[offset] { return false }
        return true
    }

    /// The number at `index` as an integer; nil if it has a fraction or does not fit.
    package func integer(_ index: Int) -> Int64? {
        let entry = tape[index]
        let start = Int(entry.start)
        let text = bytes[start..<start + Int(entry.length)]
        var value: Int64 = 0
        var isNegative = false
        for (offset, byte) in text.enumerated() {
            if offset == 0, byte == UInt8(ascii: "-") {
                isNegative = true
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= byte else { return wholeNumber(index) }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - UInt8(ascii: "0"))
            let (sum, overflow2) =
                isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            guard !overflow, !overflow2 else { return nil }
            value = sum
        }
        return value
    }

    /// The number at `index`; finite, since the scanner refuses others.
    package func double(_ index: Int) -> Double {
        let entry = tape[index]
        let start = Int(entry.start)
        return Double(String(decoding: bytes[start..<start + Int(entry.length)], as: UTF8.self)) ?? .nan
    }

    /// Where the value at `index` begins in the text.
    package func offset(_ index: Int) -> Int { Int(tape[index].start) }

    /// The value of a member, by name; also in an object whose end was never reached. For the few questions outside a
    /// declared shape.
    package func member(_ object: Int, _ name: StaticString) -> Int? {
        guard object < tape.count, tape[object].kind == .object else { return nil }
        let end = after(object)
        var index = object + 1
        while index + 1 < end {
            if equals(index, name) { return index + 1 }
            index = after(index + 1)
        }
        return nil
    }

    /// A number such as `1.0` or `2e3`, which JSON Schema calls an integer too.
    private func wholeNumber(_ index: Int) -> Int64? { Int64(exactly: double(index)) }

    func unescaped(_ start: Int, _ end: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(end - start)
        var index = start
        while index < end {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                index += 1
                continue
            }
            let escape = bytes[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = UInt32(unit(index))
                index += 4
                if 0xD800..<0xDC00 ~= scalar {
                    scalar = 0x10000 + (scalar - 0xD800) << 10 + (UInt32(unit(index + 2)) - 0xDC00)
                    index += 6
                }
                // The scanner has seen to it that this is a scalar.
                if let scalar = Unicode.Scalar(scalar) { result.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
            default: result.append(escape)
            }
        }
        return result
    }

    private func unit(_ index: Int) -> UInt16 {
        var value: UInt16 = 0
        for byte in bytes[index..<index + 4] { value = value << 4 | UInt16(JSONScanner.hexValue(byte) ?? 0) }
        return value
    }
}
