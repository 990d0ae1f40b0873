import AMQP
import Foundation
import Outbound
import TestKit
import Testing

@Suite("habeas clients test", .database, .broker)
struct ClientsTestCommandTests {
    private let secret = WebhookSecret.random()

    private func applied(_ channels: String, more: String = "", _ installation: Installation) async throws {
        let list = "- id: acme\n  channels:\n\(channels)\n\(more)"
        let run = try await installation.run("clients", "apply", "-", "--json", input: list)
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test("a sample goes over every channel, signed, sealed or as mail, and all is well")
    func wellDone() async throws {
        try await Installation.with { plain in
            var installation = try plain.withBroker()
            #expect(try await installation.run("topology", "apply").status == 0)
            let server = try LoopbackServer()
            let sink = try MailSink()
            defer {
                server.stop()
                sink.stop()
            }
            let receiver = SealedReceiver()
            let file = try installation.folder.write("hook", secret.revealed + "\n")
            try await applied(
                """
                    - {kind: webhook, url: "\(server.base)/status?204", secrets: ["file:\(file.path)"], internal: true}
                    - {kind: mail, addresses: [privacy@acme.example]}
                    - {kind: amqp}
                    - {kind: webhook, name: thin, url: "\(server.base)/status?200", secrets: [env:HOOK], internal: true, thin: true}
                """,
                more: "  public_key: \(receiver.publicJWK)\n",
                installation
            )
            installation.environment.merge([
                "HABEAS_MAIL_HOST": "127.0.0.1", "HABEAS_MAIL_PORT": "\(sink.port)", "HABEAS_MAIL_SECURITY": "none",
                "HABEAS_MAIL_INTERNAL": "true", "HABEAS_MAIL_FROM": "privacy@processor.example",
                "HOOK": secret.revealed,
                "HABEAS_OUTBOUND_REFERENCE_BASE": "https://p.example",
            ]) { $1 }
            let run = try await installation.run("clients", "test", "acme", "--json")
            #expect(run.status == 0, "\(run.output) \(run.errors)")
            let results = try run.objects
            #expect(results.map { $0["channel"] as? String } == ["webhook", "mail", "amqp", "thin"])
            #expect(results.map { $0["ok"] as? Bool } == [true, true, true, true])
            #expect(results.map { $0["status"] as? Int } == [204, 250, nil, 200])
            #expect(
                results.allSatisfy { ($0["milliseconds"] as? Int).map { $0 >= 0 } == true && $0["cause"] is NSNull }
            )

            #expect(server.requests.count == 2)
            let parts = try #require(server.requests.first).components(separatedBy: "\r\n\r\n")
            let headers = parts[0].components(separatedBy: "\r\n").dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                return (name: parts[0], value: parts[1])
            }
            try WebhookSignature.verify(
                headers: headers,
                body: Array(parts[1].utf8),
                secrets: [secret],
                now: Int(Date().timeIntervalSince1970)
            )
            #expect(parts[1].contains("io.habeas.channel.test.v1") && parts[1].contains("sample.person@example.com"))
            #expect(!server.requests[1].contains("sample.person"))

            let mails = await sink.mails(1)
            #expect(mails.first?.recipients == ["privacy@acme.example"])

            let host = try #require(VirtualHost.current)
            let channel = try await host.openChannel()
            let delivery = try #require(try await channel.get(queue: "habeas.outcomes.client.acme"))
            await channel.close()
            let event = try JSONSerialization.jsonObject(with: Data(delivery.body)) as? [String: Any]
            let sealed = (event?["data"] as? [String: Any])?["sealed"] as? String
            #expect(try receiver.open(try #require(sealed)).text.contains("Sample Person"))
            #expect(!String(decoding: delivery.body, as: UTF8.self).contains("Sample"))

            let one = try await installation.run("clients", "test", "acme", "--channel", "mail")
            #expect(one.status == 0)
            #expect(one.lines.count == 2)
            #expect(one.lines[1].contains("mail") && one.lines[1].contains("ok") && one.lines[1].contains("250"))
        }
    }

    @Test("one channel that fails makes the command fail, with its cause, and the others are tried all the same")
    func failing() async throws {
        try await Installation.with { plain in
            var installation = try plain.withBroker()
            // No topology: the client's queue has no exchange to be bound to.
            let server = try LoopbackServer()
            defer { server.stop() }
            let list = """
                - id: acme
                  channels:
                    - {kind: webhook, name: gone, url: "\(server.base)/status?410", secrets: [env:HOOK], internal: true}
                    - {kind: webhook, name: moved, url: "\(server.base)/redirect", secrets: [env:HOOK], internal: true}
                    - {kind: webhook, name: inside, url: "https://127.0.0.1:\(server.port)/", secrets: [env:HOOK]}
                    - {kind: webhook, name: unsigned, url: "\(server.base)/status?200", secrets: [env:ABSENT], internal: true}
                    - {kind: webhook, name: thin, url: "\(server.base)/status?200", secrets: [env:HOOK], internal: true, thin: true}
                    - {kind: webhook, name: slow, url: "\(server.base)/silent", secrets: [env:HOOK], internal: true}
                    - {kind: mail, addresses: [privacy@acme.example]}
                    - {kind: webhook, name: well, url: "\(server.base)/status?200", secrets: [env:HOOK], internal: true}
                """
            let applied = try await installation.run("clients", "apply", "-", "--without-broker", input: list)
            #expect(applied.status == 0, "\(applied.errors)")
            installation.environment["HOOK"] = secret.revealed
            installation.environment["HABEAS_OUTBOUND_TIMEOUT_SECONDS"] = "1"
            let run = try await installation.run("clients", "test", "acme", "--json")
            #expect(run.status == 1)
            #expect(run.errors.isEmpty)
            let results = try run.objects
            let said = results.map { "\($0["channel"] ?? "") \($0["outcome"] ?? "") \($0["cause"] ?? "")" }
            #expect(
                said == [
                    "gone gone http_410", "moved retry http_302", "inside refused address_loopback",
                    "unsigned retry secret_absent", "thin refused no_reference_base", "slow retry timeout",
                    "mail refused no_relay", "well done \(NSNull())",
                ]
            )
            #expect(!run.output.contains(secret.revealed))
            let one = try await installation.run("clients", "test", "acme", "--channel", "well", "--json")
            #expect(one.status == 0)
        }
    }

    @Test("who is not there, and what was never declared, is said")
    func absent() async throws {
        try await Installation.with { installation in
            try await installation.register()
            let nobody = try await installation.run("clients", "test", "nobody")
            #expect(nobody.status == 1)
            #expect(nobody.errors.contains("no client has this id"))
            let none = try await installation.run("clients", "test", "acme")
            #expect(none.status == 1)
            #expect(none.errors.contains("has none"))
            let list = "- {id: acme, channels: [{kind: mail, addresses: [privacy@acme.example]}]}"
            #expect(try await installation.run("clients", "apply", "-", "--without-broker", input: list).status == 0)
            let other = try await installation.run("clients", "test", "acme", "--channel", "queue")
            #expect(other.status == 1)
            #expect(other.errors.contains("use mail"))
            var wrong = installation
            wrong.environment["HABEAS_MAIL_HOST"] = "relay.example"
            let unusable = try await wrong.run("clients", "test", "acme")
            #expect(unusable.status == 78)
            #expect(unusable.errors.contains("mail.from"))
        }
    }
}
