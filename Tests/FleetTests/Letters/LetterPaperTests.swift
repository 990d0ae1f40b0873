import Fleet
import Foundation
import Rights
import Testing

@Suite("The papers on letters and profiles")
struct LetterPaperTests {
    private func paper(_ name: String) throws -> String {
        try String(contentsOfFile: "\(CommittedLetters.folder)/\(name)", encoding: .utf8)
    }

    /// A row of every field that a kind may have, in the order of the fields.
    static func names(_ fields: Set<LetterField>) -> String {
        LetterField.allCases.filter(fields.contains).map { "`\($0.rawValue)`" }.joined(separator: " ")
    }

    static var kinds: [String] {
        LetterKind.allCases.map { kind in
            let own = kind.optional.subtracting(kind.audience.common)
            return
                "| `\(kind.rawValue)` | \(kind.audience.rawValue) | \(names(kind.required)) | \(own.isEmpty ? "–" : names(own)) |"
        }
    }

    static var common: [String] {
        LetterKind.Audience.allCases.map { "- a letter to a \($0.rawValue): \(names($0.common))" }
    }

    static var fields: [String] {
        LetterField.allCases.map { "| `\($0.rawValue)` | \($0.shape.rawValue) | \($0.meaning) |" }
    }

    static var lists: [String] {
        LetterField.allCases.filter { $0.shape == .list }.map { list in
            let items = list.items.map { "`\($0.name)`\($0.isAlways ? "*" : "")" }.joined(separator: " ")
            return "| `\(list.rawValue)` | \(items) |"
        }
    }

    @Test("say what the code says on kinds and fields")
    func templates() throws {
        let lines = Set(try paper("templates.md").split(separator: "\n").map(String.init))
        let expected = Self.kinds + Self.common + Self.fields + Self.lists
        let missing = expected.filter { !lines.contains($0) }
        #expect(missing == [], "\(missing.joined(separator: "\n"))")
        let extra = lines.filter { $0.hasPrefix("| `") && !$0.contains("templates/") && !$0.contains(".yaml`") }
            .subtracting(expected)
        #expect(extra == [])
    }

    @Test("every field is some letter's, and stands in its template in English")
    func usedFields() throws {
        for kind in LetterKind.allCases {
            let file = "templates/en/\(kind.rawValue).mustache"
            var text = try paper(file)
            for name in [
                "greeting", "incident", "behalf", "case", "complaint", "contact", "client_case", "client_choice",
            ]
            where text.contains("{{>\(name)}}") {
                text += try paper("templates/en/partials/\(name).mustache")
            }
            for field in kind.required {
                #expect(
                    text.contains("{{\(field.rawValue)}}") || text.contains("{{#\(field.rawValue)}}"),
                    "\(kind) \(field)"
                )
            }
        }
        #expect(LetterField.allCases.allSatisfy { field in LetterKind.allCases.contains { $0.fields.contains(field) } })
    }

    @Test("tell the keys of a profile that are read, `contact` among them")
    func profiles() throws {
        let text = try paper("profiles.md")
        for key in [
            "profile", "version", "effective_from", "posted", "title", "dispute_body", "contact", "clocks", "identity",
            "extension", "harvest", "partial_copy", "breach_approval",
        ] {
            #expect(text.contains("| `\(key)` |"), "\(key)")
        }
    }

    @Test(
        "G9: of an incident clients are told at once, unless the profile says by which clause somebody approves them first"
    )
    func approval() throws {
        let text = "profile: own\nversion: 1\neffective_from: 2026-01-01\ntitle: Own\n"
        #expect(try ProfileFile.profile(text, path: "own.yaml").breachApproval == nil)
        let careful = try ProfileFile.profile(text + "breach_approval: {clause: \"§ 7\"}\n", path: "own.yaml")
        #expect(careful.breachApproval?.clause == "§ 7")
        for (lines, fault) in [("{}", "breach_approval.clause"), ("{clause: x, by: y}", "breach_approval.by")] {
            let error = #expect(throws: PolicyFault.self) {
                try ProfileFile.profile(text + "breach_approval: \(lines)\n", path: "own.yaml")
            }
            #expect(error?.description.contains(fault) == true)
        }
    }

    @Test("Y7: profiles name who writes letters, with an address that mail can go to")
    func contacts() throws {
        for name in CommittedLetters.profiles {
            let contact = try #require(try CommittedLetters.profile(name).contact)
            #expect(
                contact.email == "privacy@\(name).example" && contact.dpo == "dpo@\(name).example"
                    && contact.postal != nil
            )
        }
        let standard = Profile.standard(named: "vendor")
        #expect(standard.contact == nil && standard.sender == Profile.Contact(name: "vendor"))
    }

    @Test(
        "refuse a contact that cannot be printed",
        arguments: [
            ("  email: privacy@x.example", "contact.name is missing"),
            ("  name: X\n  email: nobody", "contact.email is not a mail address"),
            ("  name: X\n  phone: 1", "contact.phone is not a key"),
            ("  name: \"X\\nBcc: a\"", "contact.name holds line ends"),
        ]
    )
    func badContacts(_ lines: String, _ fault: String) {
        let text = "profile: own\nversion: 1\neffective_from: 2026-01-01\ntitle: Own\ncontact:\n\(lines)\n"
        let error = #expect(throws: PolicyFault.self) { try ProfileFile.profile(text, path: "own.yaml") }
        #expect(error?.description.contains(fault) == true)
    }
}
