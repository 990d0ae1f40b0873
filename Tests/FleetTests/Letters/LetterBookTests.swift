import Fleet
import Foundation
import Rights
import Testing

@Suite("Letters")
struct LetterBookTests {
    /// Every kind, language and profile, with all words and with as few as can be.
    static func all() throws -> [(name: String, letter: Letter)] {
        let book = try CommittedLetters.book()
        var letters: [(name: String, letter: Letter)] = []
        for kind in LetterKind.allCases {
            for locale in CommittedLetters.locales {
                for profile in CommittedLetters.profiles {
                    for least in [false, true] {
                        let words = try CommittedLetters.words(kind, least: least, profile: profile)
                        let letter = try book.letter(kind, profile: profile, locale: locale, words: words)
                        letters.append(("\(kind) \(locale) \(profile)\(least ? " least" : "")", letter))
                    }
                }
            }
        }
        return letters
    }

    @Test("are there for every kind, language and profile, without holes")
    func complete() throws {
        let letters = try Self.all()
        #expect(letters.count == LetterKind.allCases.count * 4 * 3 * 2)
        for (name, letter) in letters {
            for part in [letter.subject, letter.text, letter.html] {
                #expect(!part.contains("{{") && !part.contains("}}") && !part.contains("Optional("), "\(name)")
            }
            for sign in [" .", " ,", "()", ": .", "..", "  ,"] {
                #expect(!CommittedLetters.flat(letter).contains(sign), "\(name): \(sign)")
            }
            #expect(letter.subject.contains("3F2A-91BC-07DE") && !letter.subject.contains("\n"), "\(name)")
            #expect(letter.subject.utf8.count <= 120, "\(name)")
        }
    }

    @Test("Y7: rights and ways to complain are there for every law and language, and lead to the country's authority")
    func recourse() throws {
        let book = try CommittedLetters.book()
        for law in Regulation.allCases {
            for locale in CommittedLetters.locales {
                let recourse = book.recourse(profile: "kayako", locale: locale, regulation: law, country: "FR")
                #expect(recourse.rights?.isEmpty == false && recourse.complaints.count >= 2, "\(law) \(locale)")
                #expect(recourse.complaints.allSatisfy { !$0.isEmpty && !$0.contains("\n") }, "\(law) \(locale)")
            }
        }
        let french = book.recourse(profile: "kayako", locale: "fr", regulation: .gdpr, country: "FR").complaints
        let authority = try #require(french.first { $0.hasPrefix("Commission nationale") })
        #expect(authority.contains("75334 Paris") && authority.hasSuffix("https://www.cnil.fr/"))
        let nowhere = book.recourse(profile: "none", locale: nil, regulation: .gdpr, country: nil).complaints
        #expect(nowhere.contains { $0.contains("edpb.europa.eu") })
    }

    @Test("have lines that mail can carry")
    func lines() throws {
        for (name, letter) in try Self.all() {
            for line in letter.text.split(separator: "\n") {
                #expect(line.utf8.count <= 998, "\(name)")
                #expect(line.count <= 78 || line.contains("https://"), "\(name): \(line)")
                #expect(line.last != " ", "\(name)")
            }
            #expect(!letter.text.contains("\n\n\n") && letter.text.hasSuffix("\n"), "\(name)")
        }
        let word = String(repeating: "ä", count: 480)
        let long = try CommittedLetters.letter(.referral) { $0.clientName = word }
        #expect(long.text.split(separator: "\n").allSatisfy { $0.utf8.count <= 998 })
        #expect(long.text.filter { $0 == "ä" }.count >= 480)
    }

    @Test("K21: say the same as text and as well-formed HTML")
    func sameFacts() throws {
        let letters = try Self.all()
        let readings = try HTMLReading.read(letters.map(\.letter.html))
        try #require(readings.count == letters.count)
        for ((name, letter), reading) in zip(letters, readings) {
            #expect(reading.faults == [], "\(name)")
            #expect(reading.lang == letter.locale && reading.title == letter.subject, "\(name)")
            let words = letter.text.split(separator: "\n").flatMap { line in
                (line.hasPrefix("- ") ? line.dropFirst(2) : line).split(whereSeparator: \.isWhitespace).map(String.init)
            }
            #expect(reading.words == words, "\(name)")
            #expect(reading.tags.contains("h2") == letter.html.contains("<h2>"), "\(name)")
        }
    }

    @Test("are written in the reader's language, else in English")
    func locales() throws {
        let book = try CommittedLetters.book()
        #expect(Set(book.locales) == Set(CommittedLetters.locales))
        for (tag, locale) in [
            ("de-AT", "de"), ("DE", "de"), ("de_CH", "de"), ("fr-CA", "fr"), ("es-419", "es"), ("en-US", "en"),
            ("it", "en"),
            ("no such tag", "en"), ("d", "en"), ("", "en"), ("zh-Hans-CN", "en"),
        ] {
            #expect(book.locale(for: tag) == locale, "\(tag)")
        }
        #expect(book.locale(for: nil) == "en")
        var seen: Set<String> = []
        for locale in CommittedLetters.locales { seen.insert(try CommittedLetters.letter(.receipt, locale).text) }
        #expect(seen.count == 4)
    }

    @Test(
        "have dates as the language writes them",
        arguments: [
            ("en", "1 March 2026", "15 August 2026"), ("de", "1. März 2026", "15. August 2026"),
            ("fr", "1er mars 2026", "15 août 2026"), ("es", "1 de marzo de 2026", "15 de agosto de 2026"),
        ]
    )
    func dates(_ locale: String, _ first: String, _ later: String) throws {
        let letter = try CommittedLetters.letter(.extended, locale) {
            $0.submittedOn = CivilDate(year: 2026, month: 3, day: 1)
            $0.extendedTo = CivilDate(year: 2026, month: 8, day: 15)
        }
        #expect(CommittedLetters.flat(letter).contains(first))
        #expect(CommittedLetters.flat(letter).contains(later))
    }

    @Test("name the field that is missing, and no value")
    func missing() throws {
        for kind in LetterKind.allCases {
            for field in kind.required.subtracting([.reference, .processor, .complaint, .yourRights]) {
                var words = LetterWords.full(for: kind)
                switch field {
                case .right: words.right = nil
                case .client: words.clientName = "  "
                case .waitUntil: words.waitUntil = nil
                case .extendedTo: words.extendedTo = nil
                case .liftedOn: words.liftedOn = nil
                case .identityHow: words.identityLevel = nil
                case .explanation: words.explanation = "\u{2028}\r\n"
                case .fee: words.fee = nil
                case .feeReason: words.feeGround = nil
                case .extensionReason: words.extensionReason = nil
                case .reason: words.refusal = nil
                case .waitedFor: words.waitedFor = nil
                case .parts: words.parts = []
                case .channel: words.channel = nil
                case .nature: words.incident?.content.nature = " \r\n"
                case .categories: words.incident?.content.categories = []
                case .demandedBy: words.demand?.authority = " "
                case .demandBasis: words.demand?.basis = ""
                case .demandSystems: words.demand?.systems = []
                case .demandCategories: words.demand?.categories = []
                case .headline: words.announcement?.words = .init(title: "\u{2028}", text: "So it is.")
                case .paragraphs: words.announcement?.words = .init(title: "A change", text: " \n\n\r\n")
                // Whoever has an incident, or a change, has these.
                case .risk, .discoveredAt, .awareAt, .effectiveOn, .objectUntil: continue
                default: Issue.record("\(kind) requires \(field), which this test does not know")
                }
                let error = #expect(throws: LetterFault.self, "\(kind) \(field)") {
                    try CommittedLetters.book().letter(kind, profile: "kayako", locale: "de", words: words)
                }
                #expect(error?.field == field && error?.description.contains(field.rawValue) == true)
            }
        }
    }

    @Test("are refused without a referral, an outcome, or a part's reason")
    func combinations() throws {
        #expect(throws: LetterFault.self) { try CommittedLetters.letter(.notice) { $0.referral = nil } }
        #expect(throws: LetterFault.self) { try CommittedLetters.letter(.notice) { $0.clientName = nil } }
        #expect(throws: LetterFault.self) { try CommittedLetters.letter(.clientAnswer) { $0.outcome = nil } }
        #expect(throws: LetterFault.self) {
            try CommittedLetters.letter(.answerPartly) { $0.parts = [.init("invoices")] }
        }
    }
}
