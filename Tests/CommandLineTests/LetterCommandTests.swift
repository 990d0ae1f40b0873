import Foundation
import Testing

@Suite("habeas letters")
struct LetterCommandTests {
    @Test("check reads the folder that comes with Habeas, without a database")
    func check() async throws {
        let run = try await CommandLine.run(["letters", "check", Installation.deploy])
        #expect(run.status == 0)
        #expect(run.output.contains("24 letters in de, en, es, fr are in order"))
        let object = try await CommandLine.run(["letters", "check", Installation.deploy, "--json"]).object
        #expect(object["letters"] as? Int == 24 && object["locales"] as? [String] == ["de", "en", "es", "fr"])
    }

    @Test("check names file and line of what is wrong, and ends with 1")
    func fault() async throws {
        let scratch = try ScratchFolder()
        defer { scratch.remove() }
        for name in ["templates", "authorities.yaml"] {
            try FileManager.default.copyItem(
                atPath: "\(Installation.deploy)/\(name)",
                toPath: "\(scratch.path)/\(name)"
            )
        }
        try scratch.write("templates/en/fee.mustache", "Subject: {{reference}}\n\n{{amount}}\n")
        let run = try await CommandLine.run(["letters", "check", scratch.path])
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errors.contains("templates/en/fee.mustache line 3: amount is not a field; use "))
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test("preview shows a letter with made-up words, as text, HTML or JSON")
    func preview() async throws {
        let options = ["--folder", Installation.deploy, "--locale", "de"]
        let text = try await CommandLine.run(["letters", "preview", "notice"] + options)
        #expect(
            text.status == 0 && text.output.hasPrefix("Subject: Ihr Datenschutzantrag 3F2A-91BC-07DE\n\nGuten Tag Zoë")
        )
        let html = try await CommandLine.run(["letters", "preview", "notice", "--html"] + options)
        #expect(html.output.hasPrefix("<!DOCTYPE html>"))
        let object = try await CommandLine.run(["letters", "preview", "notice", "--json"] + options).object
        #expect(object["locale"] as? String == "de")
        #expect(try await CommandLine.run(["letters", "preview", "love"] + options).status == 64)
        #expect(try await CommandLine.run(["letters", "preview", "fee", "--country", "Q"] + options).status == 64)
    }
}
