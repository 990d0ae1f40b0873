/// The scalars of a JSON string where it lies, escapes resolved: what is no text comes as U+FFFD, and nothing fails.
struct ScalarCursor {
    private(set) var position: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    /// Whether a backslash begins an escape.
    let isEscaped: Bool

    static let replacement: UInt32 = 0xFFFD

    init(_ cell: LineReader.Cell) {
        position = cell.start
        end = cell.start + cell.count
        isEscaped = cell.isEscaped
    }

    var isAtEnd: Bool { position == end }

    /// Passes over bytes that somebody has taken as they are.
    mutating func skip(_ count: Int) { position += count }

    /// Nil at the end.
    mutating func next() -> UInt32? {
        guard position < end else { return nil }
        let byte = position[0]
        if byte >= 0x80 { return multibyte(byte) }
        position += 1
        guard byte == UInt8(ascii: "\\"), isEscaped, position < end else { return UInt32(byte) }
        let escape = position[0]
        position += 1
        switch escape {
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "u"): return unicode()
        default: return UInt32(escape)
        }
    }

    /// The scalar of `\uXXXX`, behind the `u`; half of a pair is none.
    private mutating func unicode() -> UInt32 {
        guard let unit = unit(at: position) else { return Self.replacement }
        position += 4
        switch unit {
        case 0xD800...0xDBFF:
            guard end - position >= 6, position[0] == UInt8(ascii: "\\"), position[1] == UInt8(ascii: "u"),
                let low = self.unit(at: position + 2), 0xDC00...0xDFFF ~= low
            else { return Self.replacement }
            position += 6
            return 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
        case 0xDC00...0xDFFF: return Self.replacement
        default: return unit
        }
    }

    private func unit(at place: UnsafePointer<UInt8>) -> UInt32? {
        guard end - place >= 4 else { return nil }
        var value: UInt32 = 0
        for offset in 0..<4 {
            let digit: UInt8
            switch place[offset] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = place[offset] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = place[offset] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = place[offset] - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// By the table of well-formed UTF-8 in the Unicode standard; of what is not, one byte is passed over.
    private mutating func multibyte(_ lead: UInt8) -> UInt32 {
        let second: ClosedRange<UInt8>
        let length: Int
        var scalar: UInt32
        switch lead {
        case 0xC2...0xDF: (second, length, scalar) = (0x80...0xBF, 2, UInt32(lead & 0x1F))
        case 0xE0: (second, length, scalar) = (0xA0...0xBF, 3, 0)
        case 0xED: (second, length, scalar) = (0x80...0x9F, 3, 0x0D)
        case 0xE1...0xEF: (second, length, scalar) = (0x80...0xBF, 3, UInt32(lead & 0x0F))
        case 0xF0: (second, length, scalar) = (0x90...0xBF, 4, 0)
        case 0xF1...0xF3: (second, length, scalar) = (0x80...0xBF, 4, UInt32(lead & 0x07))
        case 0xF4: (second, length, scalar) = (0x80...0x8F, 4, 4)
        default:
            position += 1
            return Self.replacement
        }
        guard end - position >= length, second ~= position[1] else {
            position += 1
            return Self.replacement
        }
        for offset in 1..<length {
            guard position[offset] & 0xC0 == 0x80 else {
                position += 1
                return Self.replacement
            }
            scalar = scalar << 6 | UInt32(position[offset] & 0x3F)
        }
        position += length
        return scalar
    }
}
