// The only normalisation that needs no ICU data in the process; the standard library offers it to its own kin.
@_spi(_Unicode) import Swift

/// Text in the one form in which two spellings of the same thing are equal.
package enum CanonicalText {
    /// Unicode normal form C.
    static func composed(_ text: String) -> String {
        if isASCII(text) { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text._nfc { scalars.append(scalar) }
        return String(scalars)
    }

    /// Without regard to case: `Straße` and `STRASSE` meet. Down, up and down again: the capital ẞ
    /// becomes `ss` only by way of the small one. Composed again, since changing case can take letters apart.
    static func folded(_ text: String) -> String {
        if isASCII(text) { return text.lowercased() }
        return composed(composed(text).lowercased().uppercased().lowercased())
    }

    static func lowercased(_ text: String) -> String {
        if isASCII(text) { return text.lowercased() }
        return composed(composed(text).lowercased())
    }

    static func trimmed(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
            isWhitespace(first) || isWhitespace(last)
        else { return text }
        let rest = text.unicodeScalars.drop(while: isWhitespace)
        guard let end = rest.lastIndex(where: { !isWhitespace($0) }) else { return "" }
        return String(rest[...end])
    }

    /// Every stretch of white space becomes one space; none at the ends.
    static func collapsed(_ text: String) -> String {
        text.unicodeScalars.split(whereSeparator: isWhitespace).map { String($0) }.joined(separator: " ")
    }

    /// Free of control characters and of everything that ends a line.
    package static func isOneLine(_ text: String) -> Bool {
        if text.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) { return true }
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: return false
            default: break
            }
        }
        return true
    }

    static func hasWhitespace(_ text: String) -> Bool {
        if isASCII(text) { return text.utf8.contains { $0 == 0x20 || 0x09...0x0D ~= $0 } }
        return text.unicodeScalars.contains(where: isWhitespace)
    }

    /// The property of the Unicode standard, whose table is not asked about ASCII.
    private static func isWhitespace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x80
            ? scalar.value == 0x20 || 0x09...0x0D ~= scalar.value : scalar.properties.isWhitespace
    }

    private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }
}
