import Fleet
import Foundation
import Rights
import TestKit
import Testing

@Suite("Words from outside")
struct HostileWordsTests {
    /// Puts one text into every field that takes one.
    static func fill(_ words: inout LetterWords, with text: String) {
        words.processor = Profile.Contact(name: text, email: text, postal: text, dpo: text)
        words.reference = text
        words.personName = text
        words.clientName = text
        words.clientContact = text
        words.explanation = text
        words.fee = text
        words.feeArticle = text
        words.refusal = words.refusal.map { .init($0.reason, citation: text) }
        words.parts = words.parts.map { .init(text, refusal: $0.refusal, explanation: text, until: $0.until) }
        words.integrations = words.integrations.map { _ in text }
        words.identities = words.identities.map { .init($0.type, text) }
        words.disputeBody = text
        words.channel = text
    }

    static let hostile = [
        "<script>alert(\"x\")</script>",
        "x\r\nBcc: victim@example.com\r\n\r\n# Heading\r\n- item",
        "x\u{2028}# Heading\u{2029}- item\u{85}- item\u{B}\u{C}\u{0}",
        "- - # item",
        "\"\u{301} onmouseover=alert(1) <\u{301}b> &amp; &lt; '",
        "{{reference}} {{{person}}} {{#is_minor}}",
        "\u{202E}txet desrever\u{202C} \u{200B}zero \u{FEFF}width",
        "]]> <!-- --> <?php ?> </li></ul></body>",
        "https://evil.example/ javascript:alert(1)",
    ]

    @Test("change neither the shape of a letter nor its links", arguments: hostile)
    func shape(_ text: String) throws {
        var names: [String] = []
        var documents: [String] = []
        for kind in LetterKind.allCases {
            for locale in CommittedLetters.locales {
                // The greeting of an unfit name is another one, so both are without.
                let plain = try CommittedLetters.letter(kind, locale) {
                    Self.fill(&$0, with: "word")
                    $0.personName = nil
                }
                let letter = try CommittedLetters.letter(kind, locale) { Self.fill(&$0, with: text) }
                #expect(letter.subject == plain.subject)
                #expect(!letter.html.lowercased().contains("<script"))
                for character in letter.text.unicodeScalars {
                    let isFit =
                        character == "\n"
                        || !["\u{202E}", "\u{200B}", "\u{2028}", "\u{2029}", "\u{85}"].contains(character)
                    #expect(isFit && (character == "\n" || character.value >= 0x20))
                }
                let paragraphs = { (letter: Letter) in letter.text.components(separatedBy: "\n\n").count }
                #expect(paragraphs(letter) == paragraphs(plain), "\(kind) \(locale)")
                names.append("\(kind) \(locale)")
                documents += [plain.html, letter.html]
            }
        }
        let readings = try HTMLReading.read(documents)
        try #require(readings.count == 2 * names.count)
        for (place, name) in names.enumerated() {
            let (plain, other) = (readings[2 * place], readings[2 * place + 1])
            #expect(other.faults == [] && plain.faults == [], "\(name)")
            #expect(other.tags == plain.tags && other.links == plain.links, "\(name)")
        }
    }

    @Test("TRAPS 32: never reach the subject, nor does the name of the client")
    func subject() throws {
        let canary = Canary()
        for kind in LetterKind.allCases {
            for locale in CommittedLetters.locales {
                for word in [canary.word, canary.email, canary.name, canary.phone] {
                    let letter = try CommittedLetters.letter(kind, locale) {
                        Self.fill(&$0, with: word)
                        $0.right = .optOut
                        $0.country = "FR"
                        $0.regulation = .ccpa
                    }
                    let plain = try CommittedLetters.letter(kind, locale)
                    #expect(letter.subject == plain.subject, "\(kind) \(locale)")
                    #expect(!letter.subject.contains(word), "\(kind) \(locale)")
                }
                // Else the words would not have been there to be found.
                let letter = try CommittedLetters.letter(kind, locale) { Self.fill(&$0, with: canary.word) }
                #expect(letter.text.contains(canary.word) && letter.html.contains(canary.word), "\(kind) \(locale)")
            }
        }
    }

    @Test("are no links unless they are ours, and a link of ours is one")
    func links() throws {
        for text in [
            "javascript:alert(1)", "https://x.example/\"onclick=x", "https://x.example/a b",
            "https://x.example/\r\nBcc: a@b.example",
            "ftp://x.example/", "https://x.example/<b>", "https://x.example/" + String(repeating: "a", count: 900),
            "data:text/html,x",
        ] {
            let error = #expect(throws: LetterFault.self) {
                try CommittedLetters.letter(.referral) { $0.decisionLink = text }
            }
            #expect(error?.field == .decisionLink && error?.description.contains("x.example") == false)
        }
        let link = "https://privacy.helpdesk.example/c/1?a=1&b=2"
        let letter = try CommittedLetters.letter(.referral) { $0.decisionLink = link }
        #expect(letter.text.contains(link))
        #expect(letter.html.contains("<a href=\"https://privacy.helpdesk.example/c/1?a=1&amp;b=2\">"))
    }

    @Test(
        "greet by a name only if it looks like one",
        arguments: [
            ("Zoë d'Arc", true), ("Dr. Ana-María Núñez", true), ("J. R. R. Tolkien", true), ("李小龍", true),
            ("محمد علي", true),
            ("Jean-Luc O’Neill", true), ("visit evil.example", false), ("you won 1000", false), ("http://x", false),
            ("a@b.example", false), ("<b>Bob</b>", false), (String(repeating: "a", count: 65), false), ("", false),
            ("---", false),
            ("call +4930123456", false),
        ]
    )
    func names(_ name: String, _ isFit: Bool) throws {
        let letter = try CommittedLetters.letter(.receipt) { $0.personName = name }
        let first = letter.text.split(separator: "\n").first
        #expect(first == (isFit ? "Dear \(name)," : "Hello,"))
    }

    @Test("are cut where they are too long, a person's own words later")
    func length() throws {
        let long = String(repeating: "word ", count: 2_000)
        let letter = try CommittedLetters.letter(.answerRefused, least: true) {
            $0.reference = long
            $0.explanation = long
        }
        let count = letter.text.components(separatedBy: "word").count - 1
        #expect((890...910).contains(count), "\(count)")
    }
}
