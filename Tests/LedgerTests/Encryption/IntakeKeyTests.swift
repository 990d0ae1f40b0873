import Crypto
import Foundation
import Ledger
import TestKit
import Testing

@Suite("Keys that others seal for")
struct IntakeKeyTests {
    /// Seals with the distribution's own implementation, under headers as given.
    private static func seal(_ text: String, for key: String, _ header: String) throws -> String {
        let script = """
            import json, sys
            from jwcrypto import jwe, jwk
            given = json.load(sys.stdin)
            algorithms = ["ECDH-ES", "ECDH-ES+A256KW", "A256GCM", "A128GCM", "DEF"]
            token = jwe.JWE(given["text"].encode(), protected=given["header"], algs=algorithms)
            token.add_recipient(jwk.JWK.from_json(given["key"]))
            print(token.serialize(compact=True))
            """
        let input = try JSONSerialization.data(withJSONObject: ["text": text, "key": key, "header": header])
        return try Python.run(script, input: input).trimmingCharacters(in: .newlines)
    }

    @Test(
        "What another implementation seals for them opens, whatever parties its header names",
        arguments: [
            #"{"alg":"ECDH-ES","enc":"A256GCM"}"#, #"{"alg":"ECDH-ES","enc":"A256GCM","kid":"i1","cty":"json"}"#,
            #"{"alg":"ECDH-ES","enc":"A256GCM","apu":"QWxpY2U","apv":"Qm9i"}"#,
            #"{"alg":"ECDH-ES","enc":"A256GCM","kid":"somebody-elses"}"#,
        ]
    )
    func others(_ header: String) throws {
        let ring = try KeyRing(parsing: KeyRing.newFile())
        let key = try #require(ring.intake?.receiver)
        #expect(key.kid == "i1")
        #expect(try ReceiverKey(jwk: key.jwk).jwk == key.jwk)
        let text = #"[{"name":"Ann Canary","note":"ü"}]"#
        let sealed = try Self.seal(text, for: key.jwk, header)
        #expect(String(decoding: try ring.opened(sealed), as: UTF8.self) == text)
    }

    @Test("What we seal ourselves opens, and with an older key what was sealed for it")
    func own() throws {
        let text = KeyRing.newFile()
        let older = try KeyRing(parsing: text)
        let (line, id, _) = try KeyRing.line(adding: .intake, to: text)
        let lines = text.split(separator: "\n").map(String.init)
        let newer = try KeyRing(
            parsing: (lines.filter { !$0.hasPrefix("intake") } + [line]
                + lines.filter { $0.hasPrefix("intake") }).joined(separator: "\n")
        )
        #expect(newer.intake?.id == id)
        for ring in [older, newer] {
            let sealed = try #require(ring.intake?.receiver).seal(Array("{}".utf8))
            #expect(try newer.opened(sealed) == Array("{}".utf8))
        }
    }

    @Test(
        "Another way of sealing is refused by its name",
        arguments: [
            #"{"alg":"ECDH-ES+A256KW","enc":"A256GCM"}"#, #"{"alg":"ECDH-ES","enc":"A128GCM"}"#,
            #"{"alg":"ECDH-ES","enc":"A256GCM","zip":"DEF"}"#,
        ]
    )
    func ways(_ header: String) throws {
        let ring = try KeyRing(parsing: KeyRing.newFile())
        let sealed = try Self.seal("[1]", for: try #require(ring.intake?.receiver).jwk, header)
        let error = #expect(throws: SealedTextError.self) { try ring.opened(sealed) }
        // A wrapped key makes five full parts: its form is another already.
        #expect(error?.code == (header.contains("KW") ? .form : .algorithm))
    }

    @Test(
        "What is changed, cut, for somebody else, or no such text at all does not open, and the error says nothing of it"
    )
    func wrong() throws {
        let ring = try KeyRing(parsing: KeyRing.newFile())
        let sealed = try #require(ring.intake?.receiver).seal(Array(#"["canary"]"#.utf8))
        var parts = sealed.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let others = try ReceiverKey(jwk: SealedReceiver().publicJWK).seal([1])
        parts[3] = "AAAA"
        let cases: [(String, SealedTextError.Code)] = [
            (parts.joined(separator: "."), .other), (others, .other), (String(sealed.dropLast(4)), .form),
            ("....", .form), ("canary", .form), ("", .form), ("e30....", .algorithm), ("e30.a.b.c.d", .form),
        ]
        for (text, code) in cases {
            let error = #expect(throws: SealedTextError.self) { try ring.opened(text) }
            #expect(error?.code == code, "\(code)")
            #expect(error.map { "\($0) \($0.remedy)".contains("canary") } == false)
        }
        let without = KeyRing.newFile().split(separator: "\n").filter { !$0.hasPrefix("intake") }.joined(
            separator: "\n"
        )
        let bare = try KeyRing(parsing: without)
        #expect(bare.intake == nil)
        #expect(throws: SealedTextError.self) { try bare.opened(sealed) }
    }
}
