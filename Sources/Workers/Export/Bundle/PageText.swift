/// HTML in the making: markup as it is given, and anybody's text so that it stays text.
///
/// `& < > " '` become references; control characters, directional overrides and other signs that cannot be seen become signs
/// that can. Joiners and the marks that right-to-left scripts are written with stay.
struct PageText {
    private(set) var bytes: [UInt8] = []
    private var isAfterReturn = false

    var count: Int { bytes.count }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func markup(_ html: String) { bytes.append(contentsOf: html.utf8) }

    mutating func text(_ text: String) {
        for scalar in text.unicodeScalars { append(scalar.value) }
        isAfterReturn = false
    }

    /// The value of a cell, cut after `limit` scalars. Returns whether it was.
    mutating func value(_ cell: LineReader.Cell, limit: Int) -> Bool {
        defer { isAfterReturn = false }
        var cursor = ScalarCursor(cell)
        for _ in 0..<limit {
            guard let scalar = cursor.next() else { return false }
            append(scalar)
        }
        guard !cursor.isAtEnd else { return false }
        bytes.append(contentsOf: "\u{2026}".utf8)
        return true
    }

    static func escaped(_ text: String) -> String {
        var escaped = PageText()
        escaped.text(text)
        return String(decoding: escaped.bytes, as: UTF8.self)
    }

    private mutating func append(_ scalar: UInt32) {
        let wasAfterReturn = isAfterReturn
        isAfterReturn = scalar == 0x0D
        switch scalar {
        case 0x26: markup("&amp;")
        case 0x3C: markup("&lt;")
        case 0x3E: markup("&gt;")
        case 0x22: markup("&quot;")
        case 0x27: markup("&#39;")
        case 0x09, 0x20..<0x7F: bytes.append(UInt8(scalar))
        case 0x0A: if !wasAfterReturn { bytes.append(0x0A) }
        case 0x0D: bytes.append(0x0A)
        case 0x00..<0x20: encode(0x2400 + scalar)
        case 0x7F: encode(0x2421)
        default: wide(scalar)
        }
    }

    private mutating func wide(_ scalar: UInt32) {
        guard let character = Unicode.Scalar(scalar) else { return encode(ScalarCursor.replacement) }
        switch character.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: name(scalar)
        // Joiners, directional marks, and the soft hyphen stay.
        case .format where !(0x200C...0x200F ~= scalar || scalar == 0x061C || scalar == 0xAD): name(scalar)
        default: encode(scalar)
        }
    }

    /// `[U+202E]`.
    private mutating func name(_ scalar: UInt32) {
        let digits = String(scalar, radix: 16, uppercase: true)
        markup("[U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]")
    }

    private mutating func encode(_ scalar: UInt32) {
        guard let character = Unicode.Scalar(scalar) else { return }
        bytes.append(contentsOf: UTF8.encode(character) ?? .init())
    }
}
