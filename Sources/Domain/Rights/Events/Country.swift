/// Country codes: ISO 3166-1 alpha-2 by list, ISO 3166-2 subdivisions by form.
package enum Country {
    /// The code in capitals, or nil.
    package static func normalise(_ text: String) -> String? {
        let bytes = Array(text.utf8.map { (UInt8(ascii: "a")...UInt8(ascii: "z")) ~= $0 ? $0 - 32 : $0 })
        guard bytes.count >= 2, isLetter(bytes[0]), isLetter(bytes[1]),
            known[Int(bytes[0] - 65) * 26 + Int(bytes[1] - 65)]
        else { return nil }
        if bytes.count > 2 {
            guard (4...6).contains(bytes.count), bytes[2] == UInt8(ascii: "-"),
                bytes[3...].allSatisfy({ isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 })
            else { return nil }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")) ~= byte }

    private static let known: [Bool] = {
        var table = [Bool](repeating: false, count: 26 * 26)
        for code in codes.split(whereSeparator: \.isWhitespace) {
            let bytes = Array(code.utf8)
            table[Int(bytes[0] - 65) * 26 + Int(bytes[1] - 65)] = true
        }
        return table
    }()

    /// The officially assigned codes, and XK, which the EU's and the banks' systems use for Kosovo.
    private static let codes = """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
        CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
        FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
        JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
        MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
        PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
        TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK
        """
}

/// Language tags, by form: a language, then parts of up to eight letters or digits. `de_DE` is read as `de-DE`.
package enum Locales {
    package static func normalise(_ text: String) -> String? {
        guard text.utf8.count <= 35 else { return nil }
        let parts = text.utf8.split(omittingEmptySubsequences: false) {
            $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
        guard let language = parts.first, (2...3).contains(language.count), language.allSatisfy(isLetter) else {
            return nil
        }
        guard parts.allSatisfy({ (1...8).contains($0.count) && $0.allSatisfy { isLetter($0) || isDigit($0) } }) else {
            return nil
        }
        return String(decoding: text.utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")) ~= byte | 0x20 }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= byte }
}
