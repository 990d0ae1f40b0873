import Fleet
import Foundation
import Rights
import Testing

@testable import Export

extension PageWords {
    struct Text {
        /// Its own.
        let name: String
        let text: String
    }

    /// Every text.
    var texts: [Text] {
        var texts: [Text] = []
        for child in Mirror(reflecting: self).children {
            guard let name = child.label else { continue }
            if let text = child.value as? String { texts.append(Text(name: name, text: text)) }
            for (index, text) in (child.value as? [String] ?? []).enumerated() {
                texts.append(Text(name: "\(name) \(index)", text: text))
            }
        }
        texts += SystemKind.allCases.map { Text(name: "kind \($0)", text: kind($0)) }
        texts += Right.allCases.map { Text(name: "right \($0)", text: rightName($0)) }
        texts += Regulation.allCases.map { Text(name: "law \($0)", text: law($0)) }
        texts += TransferMechanism.Kind.allCases.map { Text(name: "transfer \($0)", text: transfer($0)) }
        texts += PostgresDescription.Withheld.allCases.map { Text(name: "withheld \($0)", text: withheldBecause($0)) }
        for unit in Period.Unit.allCases {
            for count in [1, 2] {
                texts.append(Text(name: "period \(count) \(unit)", text: period(Period(count, unit))))
            }
        }
        return texts
    }

    /// What stands between the places to fill in and the markup, where it is more than a sign or two.
    var phrases: Set<String> {
        var phrases: Set<String> = []
        for text in texts.map(\.text) {
            let pieces = text.replacing(#/<[^>]*>/#, with: "{}").split(separator: #/\{[^}]*\}/#)
            for piece in pieces {
                let phrase = piece.trimmingCharacters(in: .whitespaces.union(.punctuationCharacters))
                if phrase.count > 3 { phrases.insert(phrase) }
            }
        }
        return phrases
    }

    /// Texts of this language that stand as words of their own in `text` and are none of another language's.
    func leftovers(in text: String, of other: PageWords) -> Set<String> {
        phrases.subtracting(other.phrases).filter { phrase in
            text.ranges(of: phrase).contains { range in
                let beside = [text[..<range.lowerBound].last, text[range.upperBound...].first]
                // Names of files and of columns are for machines.
                return !beside.compactMap { $0 }.contains { $0.isLetter || "/._-".contains($0) }
            }
        }
    }
}

@Suite("What the page says in every language")
struct PageWordsTests {
    private static func places(_ text: String) -> [String] {
        text.matches(of: #/\{[a-z]+\}|<[^>]*>/#).map { String($0.output) }
    }

    /// Proper names, and words that two languages share.
    private static let shared: [BundleLanguage: Set<String>] = [
        .german: [
            "sizes 0", "sizes 1", "sizes 2", "sizes 3", "colon", "firstDay", "months 3",
            "months 7", "months 8", "months 10", "law ccpa", "law hipaa", "law lgpd", "period 1 minute",
        ],
        .french: [
            "law ccpa", "law hipaa", "law lgpd", "mediaType", "service", "date", "period 1 minute", "period 2 minute",
        ],
        .spanish: [
            "sizes 0", "sizes 1", "sizes 2", "sizes 3", "colon", "firstDay", "law ccpa", "law hipaa", "law lgpd",
        ],
    ]

    @Test(
        "K21: has every text in it, with the same places to fill in as in English, and none that was left in English",
        arguments: BundleLanguage.allCases
    )
    func complete(_ language: BundleLanguage) {
        let english = PageWords.english.texts
        let texts = language.words.texts
        #expect(texts.map(\.name) == english.map(\.name))
        let shared = Self.shared[language] ?? Set(english.map(\.name))
        for (own, other) in zip(texts, english) {
            let isName = own.name == "thousands" || own.name == "colon"
            #expect(isName || !own.text.allSatisfy(\.isWhitespace), "\(own.name)")
            let (here, there) = (Self.places(own.text), Self.places(other.text))
            if !["date", "dateAndTime", "checkKey"].contains(own.name) { #expect(here == there, "\(own.name)") }
            #expect(Set(here) == Set(there), "\(own.name)")
            if own.text == other.text { #expect(shared.contains(own.name), "\(own.name): \(own.text)") }
        }
    }

    @Test("is safe in attributes, and plain where the manifest has it, too", arguments: BundleLanguage.allCases)
    func safe(_ language: BundleLanguage) {
        let words = language.words
        for text in [words.found, words.contents, words.skip] { #expect(!text.contains(#/["<>&]/#)) }
        let plain = words.texts.drop { $0.name != "bag" }
        #expect(plain.count > 40)
        for entry in plain { #expect(!entry.text.contains(#/[<>&]/#), "\(entry.name)") }
        for entry in words.texts { #expect(!entry.text.contains("&"), "\(entry.name)") }
    }

    @Test("K21: are the languages of the letters")
    func languages() throws {
        let letters = try LetterBook(folder: Self.deploy)
        #expect(Set(BundleLanguage.allCases.map(\.rawValue)) == Set(letters.locales))
    }

    @Test("K21: the page's is chosen as letters choose theirs, and falls back to English")
    func choice() throws {
        let letters = try LetterBook(folder: Self.deploy)
        for (tag, language) in [
            ("de", BundleLanguage.german), ("de-AT", .german), ("DE-ch", .german), ("fr-CA", .french),
            ("es-419", .spanish), ("en-GB", .english), ("pt-BR", .english), ("tlh", .english), ("??", .english),
        ] {
            let chosen = BundleLanguage.choose(for: tag, letters)
            #expect(chosen.language == language && chosen.letters == language.rawValue, "\(tag)")
        }
        #expect(BundleLanguage.choose(for: nil, letters).language == .english)
    }

    @Test("K21: never mixes with another language of letters that the page has no words in")
    func lettersOfTheirOwn() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "habeas-letters-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        for name in ["templates", "authorities.yaml"] {
            try FileManager.default.copyItem(atPath: "\(Self.deploy)/\(name)", toPath: "\(folder)/\(name)")
        }
        let templates = "\(folder)/templates"
        try FileManager.default.copyItem(atPath: "\(templates)/en", toPath: "\(templates)/it")
        try FileManager.default.moveItem(atPath: "\(templates)/de", toPath: "\(templates)/de-AT")
        try FileManager.default.removeItem(atPath: "\(templates)/fr")
        let letters = try LetterBook(folder: folder)
        for (tag, language, locale) in [
            ("it", BundleLanguage.english, "en"), ("fr", .english, "en"), ("de", .english, "en"),
            ("de-AT", .german, "de-AT"),
        ] {
            let chosen = BundleLanguage.choose(for: tag, letters)
            #expect(chosen.language == language && chosen.letters == locale, "\(tag)")
        }
    }

    @Test("K21: numbers, sizes and days are written as the language writes them")
    func numbers() {
        func all(_ number: Int) -> [String] { BundleLanguage.allCases.map { $0.words.count(number) } }
        #expect(all(0) == ["0", "0", "0", "0"] && all(999) == ["999", "999", "999", "999"])
        #expect(all(1_234) == ["1,234", "1.234", "1\u{202F}234", "1234"])
        #expect(all(1_234_567) == ["1,234,567", "1.234.567", "1\u{202F}234\u{202F}567", "1.234.567"])
        func sizes(_ number: Int) -> [String] { BundleLanguage.allCases.map { $0.words.bytes(number) } }
        #expect(sizes(999) == ["999 B", "999 B", "999 o", "999 B"])
        #expect(sizes(1_000) == ["1.0 kB", "1,0 kB", "1,0 ko", "1,0 kB"])
        #expect(sizes(999_999) == ["999.9 kB", "999,9 kB", "999,9 ko", "999,9 kB"])
        #expect(sizes(12_345_678) == ["12.3 MB", "12,3 MB", "12,3 Mo", "12,3 MB"])
        #expect(sizes(7_800_000_000_000) == ["7,800.0 GB", "7.800,0 GB", "7\u{202F}800,0 Go", "7800,0 GB"])
        let moments = BundleLanguage.allCases.map { $0.words.moment(1_764_432_000) }
        #expect(
            moments == [
                "29 November 2025, 16:00 UTC", "29. November 2025, 16:00 Uhr (UTC)",
                "29 novembre 2025 à 16\u{A0}h\u{A0}00 (UTC)", "29 de noviembre de 2025, 16:00 (UTC)",
            ]
        )
        let first = CivilDate(dayNumber: 20_454)
        #expect(
            BundleLanguage.allCases.map { $0.words.day(first) } == [
                "1 January 2026", "1. Januar 2026", "1er janvier 2026", "1 de enero de 2026",
            ]
        )
    }

    @Test("K21: one is called otherwise than several")
    func periods() {
        func all(_ count: Int, _ unit: Period.Unit) -> [String] {
            BundleLanguage.allCases.map { $0.words.period(Period(count, unit)) }
        }
        #expect(all(1, .calendarMonth) == ["1 calendar month", "1 Kalendermonat", "1 mois", "1 mes"])
        #expect(all(72, .calendarMonth) == ["72 calendar months", "72 Kalendermonate", "72 mois", "72 meses"])
        #expect(all(1, .businessDay) == ["1 business day", "1 Arbeitstag", "1 jour ouvré", "1 día hábil"])
        #expect(all(30, .businessDay) == ["30 business days", "30 Arbeitstage", "30 jours ouvrés", "30 días hábiles"])
    }

    private static let deploy =
        "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/deploy"
}
