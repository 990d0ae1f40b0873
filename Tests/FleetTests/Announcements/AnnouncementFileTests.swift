import Fleet
import Ledger
import Rights
import Testing

@Suite("The file of an announcement")
struct AnnouncementFileTests {
    private static let whole = """
        kind: profile_change
        title:
          en: A change
          de: Eine Änderung
        text:
          en: |
            One.

            Two.
          de: Eins.
        effective_from: 2027-03-01
        objection_window_days: 45
        clients: [north, south]
        profile: kustomer
        version: 4
        publisher: desk
        """

    @Test("K20, C12: says what, in which languages, from when, to whom, and how long one may object")
    func whole() throws {
        let draft = try AnnouncementDraft(yaml: Self.whole, path: "notice.yaml")
        #expect(draft.kind == .profileChange && draft.matter == .profile("kustomer", version: 4))
        #expect(draft.effectiveOn == CivilDate(year: 2027, month: 3, day: 1) && draft.windowDays == 45)
        #expect(draft.clients == ["north", "south"] && draft.publisher == "desk")
        #expect(draft.words.locales == ["en", "de"])
        #expect(draft.words.edition(in: "en").words.paragraphs == ["One.", "Two."])
    }

    @Test("may say as little as a title and a text in English, and a day")
    func least() throws {
        let draft = try AnnouncementDraft(
            yaml: "kind: other\ntitle: A change\ntext: So it is.\neffective_from: 2027-03-01\n",
            path: "notice.yaml"
        )
        #expect(draft.matter == .none && draft.windowDays == nil && draft.clients.isEmpty && draft.publisher == nil)
        #expect(draft.words.locales == ["en"])
    }

    @Test(
        "refuses what cannot be told, with line and key",
        arguments: [
            ("kind: profile_change", "kind: news", "line 1: kind is none"),
            ("effective_from: 2027-03-01", "effective_from: 1.3.2027", "effective_from is not a day"),
            ("effective_from: 2027-03-01\n", "", "effective_from is missing"),
            ("  en: A change\n", "", "title is missing in en"), ("  de: Eins.\n", "", "text is missing in de"),
            ("  en: A change", "  en: \"A\\nchange\"", "title.en is not one line"),
            ("  de: Eins.", "  de: \" \"", "text.de is empty"),
            ("  de: Eins.", "  de: \"\(String(repeating: "x", count: 4_001))\"", "text.de has a paragraph of more"),
            ("  de: Eins.", "  d: Eins.", "text.d is no language"),
            ("objection_window_days: 45", "objection_window_days: 0", "objection_window_days is not a number"),
            ("[north, south]", "[north, north]", "clients names a client twice"),
            ("[north, south]", "[]", "clients is empty"),
            ("version: 4\n", "", "version is missing"), ("profile: kustomer\n", "", "profile is missing"),
            ("publisher: desk", "system: mailer", "system belongs to the kind new_subprocessor"),
            ("publisher: desk", "colour: red", "colour is not a key"),
        ]
    )
    func faults(_ old: String, _ new: String, _ fault: String) {
        #expect(Self.whole.contains(old))
        let text = Self.whole.replacing(old, with: new, maxReplacements: 1)
        let error = #expect(throws: PolicyFault.self) { try AnnouncementDraft(yaml: text, path: "notice.yaml") }
        #expect(error?.description.contains(fault) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("xxxx") == false, "nothing of it is quoted")
    }
}
