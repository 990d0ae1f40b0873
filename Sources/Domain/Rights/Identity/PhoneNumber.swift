/// Telephone numbers as E.164: a plus and 7 to 15 digits.
///
/// `+` and `00` are read as the international prefix; spaces, hyphens, dots, slashes and parentheses are dropped, and so is
/// the trunk zero written as `(0)`. A national number is refused: which country it belongs to would be a guess.
package enum PhoneNumber {
    package static func normalise(_ text: String) -> String? {
        var rest = Substring(CanonicalText.trimmed(text))
        if rest.lowercased().hasPrefix("tel:") { rest = rest.dropFirst(4) }
        if rest.hasPrefix("+") {
            rest = rest.dropFirst()
        } else if rest.hasPrefix("00") {
            rest = rest.dropFirst(2)
        } else {
            return nil
        }
        var digits: [UInt8] = [UInt8(ascii: "+")]
        var scalars = Substring.UnicodeScalarView(rest.unicodeScalars)
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "0"..."9": digits.append(UInt8(truncatingIfNeeded: scalar.value))
            case "(" where scalars.starts(with: "0)".unicodeScalars) && digits.count > 1: scalars = scalars.dropFirst(2)
            case " ", "-", ".", "/", "(", ")", "\u{A0}", "\u{202F}", "\u{2009}", "\u{2010}"..."\u{2013}": break
            default: return nil
            }
        }
        guard (8...16).contains(digits.count), digits[1] != UInt8(ascii: "0") else { return nil }
        return String(decoding: digits, as: UTF8.self)
    }
}
