import Fleet
import Foundation
import Rights
import Testing

@Suite("Templates")
struct LetterTemplateTests {
    static let subject = "Subject: About {{reference}}\n\n"

    @Test(
        "are refused with file, line and remedy where something is wrong",
        arguments: [
            ("{{reference}} {{procesor}}", "line 3: procesor is not a field"),
            ("\n{{#client}}{{cleint}}{{/client}}", "line 4: cleint is not a field"),
            ("{{extended_to}}", "line 3: extended_to is no field of the letter receipt"),
            ("{{#extended_to}}x{{/extended_to}}", "line 3: extended_to is no field of the letter receipt"),
            ("Dear {{person}},", "line 3: person is not always there; write {{#person}}"),
            ("{{^person}}{{person}}{{/person}}", "line 3: person is not always there"),
            ("{{#is_minor}}x", "line 3: is_minor begins a section that does not end"),
            ("{{#is_minor}}{{#person}}x{{/is_minor}}{{/person}}", "line 3: is_minor ends another section"),
            ("x{{/person}}", "line 3: person ends another section"),
            ("{{is_minor}}", "line 3: is_minor is a flag"),
            ("{{authorities}}", "line 3: authorities is a list"),
            ("{{authority}}", "line 3: authority is not a field"),
            ("{{#authorities}}{{authority_url}}{{/authorities}}", "line 3: authority_url is not always there"),
            ("{{#authorities}}{{#authority}}x{{/authority}}{{/authorities}}", "line 3: authority is a value of a list"),
            ("{{{processor}}}", "line 3: a tag is none of"), ("{{&processor}}", "line 3: a tag is none of"),
            ("{{uppercased(processor)}}", "line 3: a tag is none of"), ("{{=<% %>=}}", "line 3: a tag is none of"),
            ("{{% CONTENT_TYPE: HTML}}", "line 3: a tag is none of"), ("{{.}}", "line 3: a tag is none of"),
            ("{{}}", "line 3: a tag is none of"), ("x {{processor", "line 3: a tag has no end"),
            ("x }} y", "line 3: }} ends no tag"),
            ("{{>greetings}}", "line 3: greetings is no part"), ("tab\there", "line 3 holds a tab"),
            ("x\u{200B}y", "line 3 holds a tab"),
        ]
    )
    func faults(_ body: String, _ fault: String) throws {
        let folder = try LetterFolder()
        defer { folder.remove() }
        try folder.write("templates/de/receipt.mustache", Self.subject + body + "\n")
        let found = try #require(folder.fault(), "it was taken")
        #expect(found.contains("templates/de/receipt.mustache \(fault)"), "\(found)")
        #expect(found.contains("; ") && !found.contains("Optional("))
    }

    @Test(
        "have a subject of words and the reference",
        arguments: [
            "Hello\n\nx", "Subject: About you\n\nx", "Subject: {{reference}} {{client}}\n\nx",
            "Subject: {{#client}}{{reference}}\n\nx",
            "Subject: {{reference}} {{reference}}\n\nx", "subject: {{reference}}\n\nx", "Subject: {{ reference }}\n\nx",
        ]
    )
    func subjects(_ text: String) throws {
        let folder = try LetterFolder()
        defer { folder.remove() }
        try folder.write("templates/en/notice.mustache", text)
        #expect(folder.fault()?.contains("templates/en/notice.mustache line 1: the subject") == true)
    }

    @Test("name the part in which a fault is, and one that contains itself")
    func partials() throws {
        let folder = try LetterFolder()
        defer { folder.remove() }
        let contact = try folder.read("templates/fr/partials/contact.mustache")
        try folder.write("templates/fr/partials/contact.mustache", "{{client_contact}}\n" + contact)
        #expect(folder.fault()?.contains("templates/fr/partials/contact.mustache line 1: client_contact") == true)
        try folder.write("templates/fr/partials/contact.mustache", contact + "{{>contact}}\n")
        #expect(folder.fault()?.contains("contact contains itself") == true)
    }

    @Test("are all there, and no others")
    func files() throws {
        let folder = try LetterFolder()
        defer { folder.remove() }
        #expect(folder.fault() == nil)
        func moved(_ from: String, _ to: String) throws -> String? {
            try FileManager.default.moveItem(atPath: "\(folder.path)/\(from)", toPath: "\(folder.path)/\(to)")
            defer {
                try? FileManager.default.moveItem(atPath: "\(folder.path)/\(to)", toPath: "\(folder.path)/\(from)")
            }
            return folder.fault()
        }
        #expect(try moved("templates/es/fee.mustache", "fee")?.contains("es/fee.mustache cannot be read") == true)
        #expect(try moved("templates/es/words.yaml", "words")?.contains("es/words.yaml cannot be read") == true)
        #expect(try moved("templates/frame.html", "frame")?.contains("frame.html cannot be read") == true)
        #expect(try moved("templates/en", "en")?.contains("templates/en is missing") == true)
        #expect(try moved("authorities.yaml", "a")?.contains("authorities.yaml cannot be read") == true)
        #expect(try moved("templates", "t")?.contains("templates is not a folder") == true)
        try folder.write("templates/es/notise.mustache", Self.subject)
        #expect(folder.fault()?.contains("es/notise.mustache is used by no letter") == true)
    }

    @Test("have all words of their language")
    func words() throws {
        let folder = try LetterFolder()
        defer { folder.remove() }
        let words = try folder.read("templates/de/words.yaml")
        func fault(_ old: String, _ new: String) throws -> String {
            try folder.write("templates/de/words.yaml", words.replacingOccurrences(of: old, with: new))
            return folder.fault() ?? "none"
        }
        #expect(try fault("  excessive: ", "  excesive: ").contains("reasons.excesive is not a key"))
        #expect(try fault("  portability: \"Kopie", "  # \"Kopie").contains("rights lacks portability"))
        #expect(try fault(", Dezember]", "]").contains("months are not twelve"))
        #expect(try fault("{day}. {month}", "{month}").contains("date does not hold {day}"))
        #expect(try fault("  hipaa: \"HIPAA\"", "").contains("laws do not name hipaa"))
        // Without a sentence on courts for one law there is none.
        #expect(try fault("  lgpd: \"Sie können auch vor Gericht gehen (Art. 22 LGPD).\"", "") == "none")
    }

    @Test("may be a profile's own, each for itself, and the frame too")
    func overrides() throws {
        let folder = try LetterFolder()
        defer { folder.remove() }
        try folder.write(
            "templates/profiles/own/en/receipt.mustache",
            Self.subject + "{{>greeting}}\n\nOurs, of {{processor}}.\n"
        )
        try folder.write("templates/profiles/own/en/partials/greeting.mustache", "Greetings.\n")
        try folder.write(
            "templates/profiles/own/frame.html",
            "<html lang=\"{{lang}}\"><title>{{title}}</title><hr>{{body}}</html>\n"
        )
        let book = try LetterBook(folder: folder.path)
        #expect(book.profiles == ["own"])
        let words = LetterWords.full(for: .receipt)
        let own = try book.letter(.receipt, profile: "own", locale: "en-GB", words: words)
        #expect(own.subject == "About 3F2A-91BC-07DE")
        #expect(own.text == "Greetings.\n\nOurs, of Example Helpdesk Ltd.\n")
        #expect(own.html.contains("<hr><p>Greetings.</p>"))
        // A letter without an override has the profile's parts.
        #expect(
            try book.letter(.fee, profile: "own", locale: "en", words: .full(for: .fee)).text.hasPrefix("Greetings.")
        )
        let german = try book.letter(.receipt, profile: "own", locale: "de", words: words)
        #expect(german.text.hasPrefix("Guten Tag") && german.html.contains("<hr>"))
        #expect(try book.letter(.receipt, profile: "kayako", locale: "en", words: words).text.hasPrefix("Dear Zoë"))

        try folder.write("templates/profiles/own/en/receipt.mustache", Self.subject + "{{reason}}\n")
        #expect(folder.fault()?.contains("profiles/own/en/receipt.mustache line 3: reason is no field") == true)
        try folder.write("templates/profiles/own/en/receipt.mustache", Self.subject + "x\n")
        try folder.write("templates/profiles/own/frame.html", "{{body}} {{logo}}")
        #expect(folder.fault()?.contains("frame.html line 1: logo is no hole") == true)
        try folder.write("templates/profiles/own/frame.html", "{{title}}")
        #expect(folder.fault()?.contains("does not hold {{body}} once") == true)
    }

    @Test("may be in a further language, if it is whole")
    func furtherLanguage() throws {
        let folder = try LetterFolder()
        defer { folder.remove() }
        try FileManager.default.copyItem(
            atPath: "\(folder.path)/templates/de",
            toPath: "\(folder.path)/templates/de-CH"
        )
        let book = try LetterBook(folder: folder.path)
        #expect(book.locale(for: "de-ch") == "de-CH" && book.locale(for: "de-LI") == "de")
        #expect(try book.letter(.fee, profile: "x", locale: "de-CH", words: .full(for: .fee)).locale == "de-CH")
    }
}
