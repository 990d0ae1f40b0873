import Foundation
import Rights
import Testing

@testable import Export

@Suite("A bundle in every language", .timeLimit(.minutes(3)))
struct PageLanguageTests {
    /// What people read of a page: its text, and what browsers and their readers say of it besides.
    static func text(of page: String) -> String {
        let told = page.matches(of: #/(?:data-found|aria-label)="([^"]*)"/#).map { String($0.output.1) }
        let plain = page.replacing(#/<(style|script)>.*?<\/\1>/#.dotMatchesNewlines(), with: " ")
            .replacing(#/<[^>]*>/#, with: "\u{1}")
        return plain + told.joined(separator: "\u{1}")
    }

    /// With every part that a page can have.
    private static func sample(_ language: BundleLanguage) -> SampleBundle {
        let words = language.words
        var bundle = SampleBundle()
        bundle.description.language = language
        bundle.limits.rowsOfCSV = 3
        bundle.add(["id", "subject"], BundleWriterTests.rows(5))
        let long = #"{"text":"\#(String(repeating: "x", count: 600))"}"#
        bundle.add(["text"], [long, #"{"text":"=1+1"}"#], dataset: "long")
        bundle.add(["a"], [], dataset: "public.notes")
        bundle.addFile("Vertrag.pdf", Array("%PDF-1.7".utf8))
        for index in bundle.description.sections.indices {
            bundle.description.sections[index].retention = words.period(Period(3, .calendarMonth))
            bundle.description.sections[index].source = nil
            bundle.description.sections[index].safeguards = words.transfer(.scc)
        }
        bundle.description.sections[0].withheld = [
            .init(column: "agent_notes", reason: words.withheldBecause(.rightsOfOthers))
        ]
        bundle.description.gaps = [
            BundleGap(system: "crm", title: "CRM", reason: "failed", sentence: words.gapFailed)
        ]
        bundle.description.automatedDecisions = [words.noDecision]
        return bundle
    }

    @Test("K21: is in that language throughout", arguments: BundleLanguage.allCases)
    func throughout(_ language: BundleLanguage) throws {
        let words = language.words
        let opened = try Self.sample(language).open()
        let page = opened.text("index.html")
        let text = Self.text(of: page)
        #expect(page.contains("<html lang=\"\(language.rawValue)\">"))
        for other in BundleLanguage.allCases where other != language {
            #expect(other.words.leftovers(in: text, of: words) == [], "\(other)")
        }
        #expect(try opened.manifest["locale"] as? String == language.rawValue)
        #expect(opened.text("bag-info.txt").contains("External-Description: \(words.bag)\n"))
        // All of what can be on such a page is there, in this language.
        for phrase in [
            words.unpack, words.skip, words.contents, words.search, words.sortHint, words.about, words.caseID,
            words.rightName(.access), words.law(.gdpr), words.retention, words.period(Period(3, .calendarMonth)),
            words.gapsLead, words.gapFailed, words.fill(words.withheldCaption, ["n": "1"]),
            words.withheldBecause(.rightsOfOthers), words.noRows,
            words.automatedDecisions, words.shortened, words.filesLead, words.check, words.kind(.own),
            words.fill(words.rowsShown, ["n": "5", "all": "5"]),
            words.fill(words.changedCells, ["n": "1"]), words.fill(words.part, ["n": "2"]),
            words.fill(words.filesCaption, ["n": "1"]), words.moment(1_764_432_000), words.found,
        ] {
            #expect(text.contains(PageText.escaped(phrase)) || text.contains(phrase), "\(phrase)")
        }
        try PageInspection(page).expectHarmless(links: Set(opened.files.map(\.name)))
    }

    @Test("K21: of nothing says so in that language", arguments: BundleLanguage.allCases)
    func nothing(_ language: BundleLanguage) throws {
        var bundle = SampleBundle()
        bundle.description.language = language
        let opened = try bundle.open()
        #expect(opened.text("data/nothing.txt") == "\(language.words.nothing)\n")
        let text = Self.text(of: opened.text("index.html"))
        for phrase in [language.words.noGaps, language.words.noWithheld, language.words.noFiles] {
            #expect(text.contains(phrase))
        }
        for other in BundleLanguage.allCases where other != language {
            #expect(other.words.leftovers(in: text, of: language.words) == [], "\(other)")
        }
    }

    @Test("the same data in the same language are the same bytes, and the data are so in all of them")
    func bytes() throws {
        var zips: Set<Data> = []
        var payloads: Set<String> = []
        for language in BundleLanguage.allCases {
            var bundle = Self.sample(language)
            let first = try bundle.write()
            bundle.linesOfBlock = 500
            let again = try bundle.write()
            #expect(first.zip == again.zip && first.summary == again.summary)
            zips.insert(first.zip)
            payloads.insert(try OpenedBundle(first.zip).text("manifest-sha256.txt"))
        }
        #expect(zips.count == BundleLanguage.allCases.count && payloads.count == 1)
    }
}
