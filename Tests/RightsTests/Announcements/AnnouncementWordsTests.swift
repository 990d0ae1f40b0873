import Rights
import Testing

@Suite("The words of an announcement")
struct AnnouncementWordsTests {
    private static let words = AnnouncementWords(
        english: .init(title: "A change", text: "One.\n\nTwo\nlines.\n \n\nThree."),
        others: ["de": .init(title: "Eine Änderung", text: "Eins.")]
    )

    @Test("K20: are English where nobody has written the client's language, and never mixed")
    func fallback() {
        #expect(Self.words.edition(in: "de").words.title == "Eine Änderung")
        for locale in ["fr", "en", ""] {
            let (found, words) = Self.words.edition(in: locale)
            #expect(found == "en" && words.title == "A change", "\(locale)")
        }
        #expect(Self.words.locales == ["en", "de"])
    }

    @Test("are divided at empty lines, whatever stands in those")
    func paragraphs() {
        #expect(Self.words.edition(in: "en").words.paragraphs == ["One.", "Two lines.", "Three."])
        #expect(AnnouncementWords.Edition(title: "", text: " \n\r\n").paragraphs.isEmpty)
    }

    @Test("come back from where they are kept as they were, and what is something else is refused")
    func stored() throws {
        #expect(try AnnouncementWords(stored: Self.words.stored) == Self.words)
        for text in ["{}", #"{"editions":[]}"#, #"{"editions":[{"locale":"de","title":"x","text":"y"}]}"#, "["] {
            #expect(throws: (any Error).self) { try AnnouncementWords(stored: Array(text.utf8)) }
        }
    }

    @Test("show nothing of themselves where they are printed by mistake")
    func redacted() {
        #expect(!"\(Self.words) \(Self.words.edition(in: "de"))".contains("nderung"))
    }
}
