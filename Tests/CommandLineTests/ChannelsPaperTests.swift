import Foundation
import TestKit
import Testing

/// The paper for clients' engineers and operators, and what it says can be run.
@Suite("The paper on channels", .database)
struct ChannelsPaperTests {
    private let paper: String

    init() throws {
        paper = try String(contentsOfFile: Installation.deploy + "/channels.md", encoding: .utf8)
    }

    /// The code block of that language that comes first after `heading`.
    private func block(_ language: String, after heading: String) throws -> String {
        let start = try #require(paper.range(of: "\n## \(heading)\n"))
        let open = try #require(paper.range(of: "```\(language)\n", range: start.upperBound..<paper.endIndex))
        let close = try #require(paper.range(of: "\n```", range: open.upperBound..<paper.endIndex))
        return String(paper[open.upperBound..<close.lowerBound])
    }

    @Test("has every key of a client's channels in its example, which can be applied as it stands")
    func example() async throws {
        try await Installation.with { installation in
            let yaml = try block("yaml", after: "For operators: declaring channels")
            let run = try await installation.run("clients", "apply", "-", "--without-broker", input: yaml)
            #expect(run.status == 0, "\(run.errors)")
            // What the program names when it meets a key that it does not know.
            func keys(_ list: String) async throws -> [String] {
                let errors = try await installation.run("clients", "apply", "-", "--without-broker", input: list).errors
                let known = try #require(errors.firstMatch(of: /is not a key; use (.*)\n/)).output.1
                return known.components(separatedBy: ", ")
            }
            let channel = try await keys("- {id: a, channels: [{nothing: 1}]}")
            let limits = try await keys(
                "- {id: a, channels: [{kind: webhook, url: 'https://a.example', secrets: [env:A], limits: {nothing: 1}}]}"
            )
            #expect(channel.count == 8 && limits.count == 3)
            let own = ["channels", "public_key", "decision_roles", "referral_prohibited"]
            #expect(Set(own).isSubset(of: try await keys("- {id: a, nothing: 1}")))
            for key in channel + limits + own {
                #expect(yaml.contains("\(key):"), "\(key)")
                #expect(paper.contains("| `\(key)` |"), "\(key)")
            }
        }
    }

    @Test("opens a sealed part with the commands it gives")
    func sealed() throws {
        let receiver = SealedReceiver()
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let key = try folder.write("acme-private.json", receiver.privateJWK)
        let script = try block("python", after: "Opening a sealed part")
        // What the reader has in hand: an event with a sealed part.
        let sealed = try Python.run(
            """
            import json, sys
            from jwcrypto import jwe, jwk
            token = jwe.JWE(b'{"contact":{"name":"Ann"}}', json.dumps({"alg": "ECDH-ES", "enc": "A256GCM"}))
            token.add_recipient(jwk.JWK.from_json(sys.stdin.read()))
            print(token.serialize(compact=True))
            """,
            input: Data(receiver.publicJWK.utf8)
        ).trimmingCharacters(in: .newlines)
        let event = try folder.write("event.json", #"{"data":{"sealed":"\#(sealed)"}}"#)
        let ready = script.replacing("acme-private.json", with: key.path).replacing("event.json", with: event.path)
        #expect(ready != script)
        #expect(try Python.run(ready, input: Data()).contains("Ann"))
    }

    @Test("names every cause that the table of causes could need")
    func causes() {
        for cause in [
            "http_410", "http_429", "address_", "tls", "timeout", "unroutable", "nacked", "no_public_key",
            "bad_public_key",
            "no_relay", "no_reference_base", "secret_absent", "secret_form", "smtp_", "plain",
        ] {
            #expect(paper.contains("`\(cause)"), "\(cause)")
        }
    }
}
