import FoundationEssentials

/// Text of any script in a mail header: encoded words of RFC 2047, in UTF-8.
enum EncodedWord {
    /// Longest word. The standard allows 75; shorter ones leave room for a header's name on the same line.
    private static let limit = 60
    private static let overhead = "=?utf-8?Q?".utf8.count + "?=".utf8.count

    /// The words that together stand for `text`, none of which ends within a character.
    static func words(for text: String) -> [String] {
        let bytes = Array(text.utf8)
        let special = bytes.count { quoted($0).utf8.count > 1 }
        // Whichever is shorter: three letters for each special byte, or four for every three bytes.
        return special * 6 < bytes.count ? quotedWords(text) : base64Words(text)
    }

    private static func quotedWords(_ text: String) -> [String] {
        let pieces = split(text) { $0.utf8.reduce(0) { $0 + quoted($1).utf8.count } }
        return pieces.map { "=?utf-8?Q?" + $0.utf8.map(quoted).joined() + "?=" }
    }

    private static func base64Words(_ text: String) -> [String] {
        // Counted in thirds of a group of four letters, so that sizes add up.
        let pieces = split(text, limit: (limit - overhead) / 4 * 3) { $0.utf8.count }
        return pieces.map { "=?utf-8?B?" + Data($0.utf8).base64EncodedString() + "?=" }
    }

    private static func split(
        _ text: String,
        limit: Int = limit - overhead,
        size: (Unicode.Scalar) -> Int
    ) -> [String] {
        var pieces: [String] = []
        var piece = String.UnicodeScalarView()
        var length = 0
        for scalar in text.unicodeScalars {
            let count = size(scalar)
            if length + count > limit {
                pieces.append(String(piece))
                piece = String.UnicodeScalarView()
                length = 0
            }
            piece.append(scalar)
            length += count
        }
        if !piece.isEmpty { pieces.append(String(piece)) }
        return pieces
    }

    /// As it may stand anywhere, within a phrase too.
    private static func quoted(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return String(UnicodeScalar(byte))
        case UInt8(ascii: " "): return "_"
        case _ where "!*+-/".utf8.contains(byte): return String(UnicodeScalar(byte))
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            return "=" + (digits.count < 2 ? "0" : "") + digits
        }
    }
}
