/// Telephone numbers as E.164: a plus and 7 to 15 digits.
///
/// `+` and `00` are read as the international prefix; spaces, hyphens, dots, slashes and parentheses are dropped, and so is
/// the trunk zero written as `(0)`. A national number is refused: which country it belongs to would be a guess.
package enum PhoneNumber {
    package static func normalise(_ text: String) -> String? {
        let bytes = Array(CanonicalText.trimmed(text).utf8)
        guard var index = start(bytes) else { return nil }
        var number: [UInt8] = [UInt8(ascii: "+")]
        number.reserveCapacity(16)
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard number.count < 16 else { return nil }
                number.append(bytes[index])
                index += 1
            case UInt8(ascii: "(") where number.count > 1 && bytes[(index + 1)...].starts(with: trunkZero):
                index += 3
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "("),
                UInt8(ascii: ")"):
                index += 1
            default:
                guard let separator = separators.first(where: { bytes[index...].starts(with: $0) }) else { return nil }
                index += separator.count
            }
        }
        guard number.count >= 8, number[1] != UInt8(ascii: "0") else { return nil }
        return String(decoding: number, as: UTF8.self)
    }

    /// Where the country code begins.
    private static func start(_ bytes: [UInt8]) -> Int? {
        let isLink = bytes.count > 4 && bytes[..<4].map { $0 | 0x20 } == scheme
        let rest = bytes[(isLink ? 4 : 0)...]
        if rest.first == UInt8(ascii: "+") { return rest.startIndex + 1 }
        return rest.starts(with: [UInt8(ascii: "0"), UInt8(ascii: "0")]) ? rest.startIndex + 2 : nil
    }

    private static let scheme = Array("tel:".utf8).map { $0 | 0x20 }
    private static let trunkZero = Array("0)".utf8)
    /// No-break and thin spaces, the typographic hyphens and the en dash.
    private static let separators = ["\u{A0}", "\u{202F}", "\u{2009}", "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}"]
        .map { Array($0.utf8) }
}
