import AMQP
import Fleet
import Foundation
import Outbound
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas clients: channels, key, deciders", .database)
struct ClientChannelTests {
    private static let receiver = SealedReceiver(kid: "k1")

    private func apply(_ list: String, _ installation: Installation) async throws -> CommandLineRun {
        try await installation.run("clients", "apply", "-", "--without-broker", "--json", input: list)
    }

    private static let whole = """
        - id: acme
          channels:
            - kind: webhook
              name: helpdesk
              url: https://privacy.acme.example/hooks/1?a=b
              secrets: [file:/run/secrets/acme-new, env:ACME_OLD]
              thin: true
              limits: {in_flight: 2, per_second: 0.5}
            - {kind: mail, addresses: [privacy@acme.example, dpo@acme.example]}
            - {kind: amqp}
          public_key: \(receiver.publicJWK)
          decision_roles: [admin, dpo]
          referral_prohibited: court order of 2026-03-01
        """

    @Test("apply keeps what it is given, show and list print it, and evidence has the names of fields only")
    func applied() async throws {
        try await Installation.with { installation in
            let first = try await apply(Self.whole, installation)
            #expect(first.status == 0, "\(first.errors)")
            #expect(
                try first.object["changed"] as? [String]
                    == ["channels", "public_key", "decision_roles", "referral_prohibited"]
            )
            #expect(try await apply(Self.whole, installation).object["result"] as? String == "unchanged")

            let shown = try await installation.run("clients", "show", "acme", "--json").object
            let channels = try #require(shown["channels"] as? [[String: Any]])
            #expect(channels.map { $0["name"] as? String } == ["helpdesk", "mail", "amqp"])
            #expect(channels[0]["secrets"] as? [String] == ["file:/run/secrets/acme-new", "env:ACME_OLD"])
            #expect((channels[0]["limits"] as? [String: Double]) == ["in_flight": 2, "per_second": 0.5])
            #expect((shown["public_key"] as? [String: String])?["kid"] == "k1")
            #expect(shown["decision_roles"] as? [String] == ["admin", "dpo"])
            #expect(shown["referral_prohibited"] as? String == "court order of 2026-03-01")

            let text = try await installation.run("clients", "show", "acme").output
            #expect(text.contains("channel helpdesk  webhook; https://privacy.acme.example/hooks/1?a=b"))
            #expect(text.contains("public key        k1\n"))
            #expect(try await installation.run("clients", "list").output.contains("helpdesk, mail, amqp"))

            let bodies = try await installation.query("SELECT body FROM habeas.evidence WHERE client_id = 'acme'")
                .decode(
                    as: String.self
                )
            #expect(bodies.count == 1)
            for body in bodies {
                #expect(body.contains(#""changed":["channels","public_key","decision_roles","referral_prohibited"]"#))
                for word in ["acme.example", "secrets", "dpo", "court", "k1"] { #expect(!body.contains(word)) }
            }
            let registry = try await installation.withConnection { try await Registry.load(on: $0) }
            let client = try #require(registry.client("acme"))
            #expect(client.channels.map(\.kind) == [.webhook, .mail, .amqp])
            #expect(
                client.channels[0].inFlight == 2 && client.channels[0].perSecond == 0.5 && client.channels[0].isThin
            )
            #expect(client.publicKey?.contains(#""kid":"k1""#) == true)
            #expect(client.decisionRoles == ["admin", "dpo"])
            #expect(client.referralProhibited == "court order of 2026-03-01")
            #expect(client.locale == "en")
        }
    }

    @Test("What shows is what can be applied, and null puts back the default")
    func back() async throws {
        try await Installation.with { installation in
            #expect(try await apply(Self.whole, installation).status == 0)
            let shown = try await installation.run("clients", "show", "acme", "--json").object
            let again: [String: Any] = [
                "id": "acme", "channels": shown["channels"] as Any, "public_key": shown["public_key"] as Any,
            ]
            let list = String(decoding: try JSONSerialization.data(withJSONObject: [again]), as: UTF8.self)
            #expect(try await apply(list, installation).object["result"] as? String == "unchanged")
            // As a text it is the same key.
            let text = "- id: acme\n  public_key: '\(Self.receiver.publicJWK)'\n"
            #expect(try await apply(text, installation).object["result"] as? String == "unchanged")

            let refused = try await apply("- id: acme\n  public_key: null\n", installation)
            #expect(refused.status == 1)
            #expect(refused.errors.contains("line 2: public_key: leaves the amqp channel amqp without"))
            let none =
                "- id: acme\n  channels: null\n  public_key: null\n  decision_roles: null\n  referral_prohibited: null\n"
            #expect(try await apply(none, installation).status == 0)
            let empty = try await installation.run("clients", "show", "acme", "--json").object
            #expect((empty["channels"] as? [Any])?.isEmpty == true)
            #expect(empty["public_key"] is NSNull)
            #expect(empty["referral_prohibited"] is NSNull)
        }
    }

    private static func hook(_ more: String = "", url: String = "https://a.example/", secrets: String = "[env:A]")
        -> String
    {
        "channels: [{kind: webhook, url: \"\(url)\", secrets: \(secrets)\(more)}]"
    }

    @Test(
        "what is wrong with a channel is named with its place and what to do, and not repeated",
        arguments: [
            ("channels: {kind: mail}", "channels", "is not a list"),
            ("channels: [canary]", "channels[1]", "is not a mapping"),
            ("channels: [{name: x}]", "channels[1].kind", "is missing"),
            ("channels: [{kind: canary}]", "channels[1].kind", "use webhook, mail or amqp"),
            ("channels: [{kind: mail, adresses: [canary]}]", "channels[1].adresses", "is not a key"),
            ("channels: [{kind: mail, addresses: [a@b.example], name: 'A b'}]", "channels[1].name", "a-z, 0-9"),
            (
                "channels: [{kind: mail, addresses: [a@b.example]}, {kind: mail, addresses: [c@d.example]}]",
                "channels[2].kind", "name of an earlier one"
            ),
            (
                "channels: [\(Array(repeating: "{kind: amqp}", count: 9).joined(separator: ", "))]", "channels",
                "more than 8"
            ),
            // Webhooks.
            ("channels: [{kind: webhook, secrets: [env:A]}]", "channels[1].url", "is missing"),
            ("channels: [{kind: webhook, url: 'https://a.example'}]", "channels[1].secrets", "missing or empty"),
            (hook(url: "http://canary.example/"), "channels[1].url", "is not https"),
            (hook(url: "https://u:canary@a.example/"), "channels[1].url", "credentials"),
            (hook(url: "https://a.example/#canary"), "channels[1].url", "fragment"),
            (hook(url: "https://a.example/\\r\\nX-Canary: 1"), "channels[1].url", "printable ASCII"),
            (hook(url: "https://a.example/\\u2028canary"), "channels[1].url", "printable ASCII"),
            (hook(url: "https://a.example/\\x85canary"), "channels[1].url", "printable ASCII"),
            (hook(url: "https://a.example/\\0canary"), "channels[1].url", "printable ASCII"),
            (hook(url: "https://caf\\xE9.example/"), "channels[1].url", "printable ASCII"),
            (hook(url: "javascript:canary"), "channels[1].url", "http or https"),
            (hook(url: "https:///canary"), "channels[1].url", "http or https"),
            (hook(secrets: "[whsec_canary]"), "channels[1].secrets", "seen and needs replacing"),
            (hook(secrets: "whsec_canary"), "channels[1].secrets", "is not a list"),
            (hook(secrets: "[env:A, canary]"), "channels[1].secrets", "references"),
            (hook(secrets: "['file:canary']"), "channels[1].secrets", "references"),
            (hook(secrets: "[\"file:/a\\ncanary\"]"), "channels[1].secrets", "references"),
            (hook(secrets: "[env:A, env:B, env:C]"), "channels[1].secrets", "more than two"),
            (hook(secrets: "[env:A, env:A]"), "channels[1].secrets", "one twice"),
            (hook(", addresses: [a@b.example]"), "channels[1].addresses", "no meaning"),
            (hook(", thin: maybe"), "channels[1].thin", "true nor false"),
            (hook(", limits: {in_flight: 0}"), "channels[1].limits.in_flight", "1 to 256"),
            (hook(", limits: {in_flight: many}"), "channels[1].limits.in_flight", "1 to 256"),
            (hook(", limits: {per_second: -1}"), "channels[1].limits.per_second", "0.01 to 10000"),
            (hook(", limits: {per_second: inf}"), "channels[1].limits.per_second", "0.01 to 10000"),
            (hook(", limits: {per_hour: 1}"), "channels[1].limits.per_hour", "is not a key"),
            (hook(", limits: 4"), "channels[1].limits", "is not a mapping"),
            // Mail.
            ("channels: [{kind: mail}]", "channels[1].addresses", "missing or empty"),
            ("channels: [{kind: mail, addresses: [canary]}]", "channels[1].addresses", "mail address"),
            (
                "channels: [{kind: mail, addresses: [\"a@b.example\\r\\nBcc: canary@e.example\"]}]",
                "channels[1].addresses", "mail address"
            ),
            (
                "channels: [{kind: mail, addresses: [\"a\\u2029canary@b.example\"]}]", "channels[1].addresses",
                "mail address"
            ),
            ("channels: [{kind: mail, addresses: ['Canary <a@b.example>']}]", "channels[1].addresses", "mail address"),
            ("channels: [{kind: mail, addresses: [no-reply@b.example]}]", "channels[1].addresses", "nobody reads"),
            ("channels: [{kind: mail, addresses: [a@b.example, A@b.example]}]", "channels[1].addresses", "one twice"),
            (
                "channels: [{kind: mail, addresses: [a@b.example], limits: {in_flight: 1}}]", "channels[1].limits",
                "mail.in_flight"
            ),
            (
                "channels: [{kind: mail, addresses: [a@b.example], internal: true}]", "channels[1].internal",
                "mail.internal"
            ),
            (
                "channels: [{kind: mail, addresses: [a@b.example], secrets: [env:A]}]", "channels[1].secrets",
                "not signed"
            ),
            // The broker.
            ("channels: [{kind: amqp, url: 'amqp://canary'}]", "channels[1].url", "fleet's own"),
            ("channels: [{kind: amqp}]", "channels", "public_key"),
            // The rest.
            ("public_key: {kty: EC, crv: P-256, x: a, y: b, d: canary}", "public_key", "private key"),
            ("public_key: {kty: RSA, n: canary}", "public_key", "elliptic curve"),
            ("public_key: canary", "public_key", "JSON Web Key"),
            ("public_key: [canary]", "public_key", "JSON Web Key"),
            ("decision_roles: [dpo, dpo]", "decision_roles", "twice"),
            ("decision_roles: [\"a\\u2028canary\"]", "decision_roles", "line ends"),
            ("referral_prohibited: true", "referral_prohibited", "no reason"),
            ("referral_prohibited: \"a\\ncanary\"", "referral_prohibited", "no reason"),
        ]
    )
    func refused(line: String, place: String, words: String) async throws {
        try await Installation.with { installation in
            let run = try await apply("- id: acme\n  \(line)\n", installation)
            #expect(run.status == 1)
            #expect(run.errors.hasPrefix("habeas: standard input line 2: \(place): "), "\(run.errors)")
            #expect(run.errors.contains(words), "\(run.errors)")
            #expect(!run.errors.lowercased().contains("canary"), "\(run.errors)")
            #expect(run.errors.split(separator: "\n").count == 1)
            #expect(try await installation.query("SELECT 1 FROM habeas.client").isEmpty)
        }
    }

    @Test("a receiver of our own may be inside and without TLS")
    func inside() async throws {
        try await Installation.with { installation in
            let run = try await apply(
                "- id: acme\n  \(Self.hook(", internal: true", url: "http://10.0.0.1:8080/x"))\n",
                installation
            )
            #expect(run.status == 0, "\(run.errors)")
        }
    }
}
