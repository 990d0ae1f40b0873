/// Text from outside, made fit to stand in a letter: whatever it holds, it is one line and changes nothing around it.
enum PrintableText {
    /// A value in a line.
    static func line(_ text: String) -> String { clean(text, limit: 500) }

    /// A person's words.
    static func paragraph(_ text: String) -> String { clean(text, limit: 4_000) }

    /// A name to greet somebody by. Nil for what does not look like one: a request can be made with anybody's address, and the
    /// letter must not carry a stranger's message to them.
    static func name(_ text: String) -> String? {
        let name = clean(text, limit: 65)
        let scalars = Array(name.unicodeScalars)
        guard (1...64).contains(scalars.count), scalars.contains(where: \.properties.isAlphabetic) else { return nil }
        for (place, scalar) in scalars.enumerated() {
            switch scalar {
            case " ", "-", "'", "\u{2019}", "\u{200C}", "\u{200D}", "\u{00B7}": continue
            case ".":
                // An initial, not a host's name.
                guard place + 1 == scalars.count || scalars[place + 1] == " " || scalars[place + 1] == "-" else {
                    return nil
                }
            default:
                switch scalar.properties.generalCategory {
                case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
                    .nonspacingMark, .spacingMark:
                    continue
                default: return nil
                }
            }
        }
        return name
    }

    /// Whether a link can stand in a letter as it is: HTTP, and of characters that need no escaping in text and none in an
    /// attribute but `&`.
    static func isLink(_ text: String) -> Bool {
        guard text.utf8.count <= 900, text.hasPrefix("https://") || text.hasPrefix("http://") else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._~:/?#[]@!$&()*+,;=%".utf8.contains(byte)
            }
        }
    }

    private static func clean(_ text: String, limit: Int) -> String {
        var kept = String.UnicodeScalarView()
        var isSpaceDue = false
        var count = 0
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator:
                isSpaceDue = !kept.isEmpty
                continue
            case .format where scalar != "\u{200C}" && scalar != "\u{200D}": continue
            case .surrogate, .privateUse: continue
            default: break
            }
            guard count < limit else {
                kept.append("\u{2026}")
                break
            }
            if isSpaceDue {
                kept.append(" ")
                count += 1
                isSpaceDue = false
            }
            kept.append(scalar)
            count += 1
        }
        // At the beginning of a line these make a heading or an item of a list.
        while let first = kept.first, first == "#" || first == "-", kept.count == 1 || kept.dropFirst().first == " " {
            kept.removeFirst(min(2, kept.count))
        }
        return String(kept)
    }
}
