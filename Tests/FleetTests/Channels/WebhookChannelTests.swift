import Foundation
import Outbound
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("A channel of kind webhook")
struct WebhookChannelTests {
    private static let personal = #"{"identities":[{"type":"email","value":"ann.canary@example.com"}]}"#

    private func message(_ id: UUID = UUID()) throws -> ClientMessage {
        try ClientMessage(
            id: id,
            type: .requestReferred,
            time: Date(timeIntervalSince1970: 1_790_000_000),
            client: "acme",
            request: UUID(),
            personal: Array(Self.personal.utf8)
        ) { $0.member("right", "erasure") }
    }

    private func with(
        _ environment: [String: String] = [:],
        timeout: Duration = .seconds(10),
        base: String? = "https://p.example",
        _ body: (LoopbackServer, ChannelSender) async throws -> Void
    ) async throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        let http = try HTTPClient()
        let sender = ChannelSender(
            http: http,
            mail: nil,
            publisher: nil,
            secrets: SecretStore(environment: environment, logger: RuntimeFixture.quiet),
            timeout: timeout,
            referenceBase: base
        )
        try await body(server, sender)
        await http.close()
    }

    private let new = WebhookSecret.random()
    private let old = WebhookSecret.random()
    private var environment: [String: String] { ["NEW": new.revealed, "OLD": old.revealed] }

    private func channel(
        _ server: LoopbackServer,
        _ path: String,
        secrets: [String] = ["env:NEW"],
        isThin: Bool = false
    ) -> ClientChannel {
        ClientChannel(
            .webhook,
            name: "hook",
            url: server.base + path,
            secrets: secrets,
            isInternal: true,
            isThin: isThin
        )
    }

    /// A request that the server saw, taken apart.
    private struct Arrived {
        let line: String
        let headers: [(name: String, value: String)]
        let body: String

        init(_ request: String) throws {
            let end = try #require(request.firstRange(of: "\r\n\r\n"))
            let lines = request[..<end.lowerBound].components(separatedBy: "\r\n")
            line = lines[0]
            headers = lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                return (parts[0].lowercased(), parts.count > 1 ? parts[1] : "")
            }
            body = String(request[end.upperBound...])
        }

        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    @Test("The message arrives signed, as CloudEvents JSON, and 2xx ends it", arguments: [200, 202, 204])
    func delivery(status: Int) async throws {
        try await with(environment) { server, sender in
            let message = try message()
            let verdict = try await sender.send(message, over: channel(server, "/status?\(status)"), publicKey: nil)
            #expect(verdict == .done(status: status))
            let arrived = try Arrived(try #require(server.requests.first))
            #expect(server.requests.count == 1)
            #expect(arrived.line == "POST /status?\(status) HTTP/1.1")
            #expect(arrived.header("content-type") == "application/cloudevents+json")
            #expect(arrived.header("webhook-id") == message.id.uuidString.lowercased())
            #expect(arrived.body == String(decoding: try message.body(.full), as: UTF8.self))
            try WebhookSignature.verify(
                headers: arrived.headers,
                body: Array(arrived.body.utf8),
                secrets: [new],
                now: Int(Date().timeIntervalSince1970)
            )
        }
    }

    @Test("While a secret is replaced both sign, and every attempt has the same id")
    func rotation() async throws {
        try await with(environment) { server, sender in
            let message = try message()
            let channel = channel(server, "/status?200", secrets: ["env:NEW", "env:OLD"])
            for _ in 0..<2 { #expect(try await sender.send(message, over: channel, publicKey: nil).isDone) }
            let arrived = try server.requests.map(Arrived.init)
            #expect(Set(arrived.compactMap { $0.header("webhook-id") }).count == 1)
            for request in arrived {
                #expect(request.header("webhook-signature")?.split(separator: " ").count == 2)
                for secret in [new, old] {
                    try WebhookSignature.verify(
                        headers: request.headers,
                        body: Array(request.body.utf8),
                        secrets: [secret],
                        now: Int(Date().timeIntervalSince1970)
                    )
                }
            }
        }
    }

    @Test("Over a thin channel nothing personal leaves")
    func thin() async throws {
        try await with(environment) { server, sender in
            let verdict = try await sender.send(
                message(),
                over: channel(server, "/status?200", isThin: true),
                publicKey: nil
            )
            #expect(verdict.isDone)
            let request = try #require(server.requests.first)
            #expect(!request.contains("canary"))
            #expect(request.contains(#""reference":"https://p.example/v1/requests/"#))
        }
    }

    @Test("Without a place to refer to, a thin message does not leave")
    func noBase() async throws {
        try await with(environment, base: nil) { server, sender in
            let verdict = try await sender.send(
                message(),
                over: channel(server, "/status?200", isThin: true),
                publicKey: nil
            )
            #expect(verdict == .refused("no_reference_base"))
            #expect(server.requests.isEmpty)
        }
    }

    @Test(
        "What the receiver answers has its verdict, and no redirect is followed",
        arguments: [
            ("/redirect", AttemptVerdict.retry("http_302", status: 302, blamesTarget: true)),
            ("/status?410", .gone("http_410", status: 410)),
            ("/status?401", .retry("http_401", status: 401, blamesTarget: false)),
            ("/status?500", .retry("http_500", status: 500, blamesTarget: true)),
            ("/retry?7", .retry("http_429", status: 429, after: .seconds(7), blamesTarget: false)),
            ("/busy?9", .retry("http_503", status: 503, after: .seconds(9), blamesTarget: true)),
            // Longer than anybody reads, and cut off: the status stands all the same.
            ("/big?3000000", .done(status: 200)),
            ("/headers?100000", .retry("too_large", blamesTarget: true, mayHaveActed: true)),
            ("/cut", .retry("connection_lost", blamesTarget: true, mayHaveActed: true)),
        ]
    )
    func verdicts(path: String, wanted: AttemptVerdict) async throws {
        try await with(environment) { server, sender in
            let verdict = try await sender.send(message(), over: channel(server, path), publicKey: nil)
            #expect(verdict == wanted)
            #expect(server.requests.count == 1)
        }
    }

    @Test("A receiver that hangs is given up in time, and may have acted")
    func hanging() async throws {
        try await with(environment, timeout: .milliseconds(300)) { server, sender in
            let verdict = try await sender.send(message(), over: channel(server, "/silent"), publicKey: nil)
            #expect(verdict == .retry("timeout", blamesTarget: true, mayHaveActed: true))
        }
    }

    @Test("A cancelled attempt has no verdict")
    func cancelled() async throws {
        try await with(environment) { server, sender in
            let message = try message()
            let channel = channel(server, "/silent")
            let task = Task { try await sender.send(message, over: channel, publicKey: nil) }
            #expect(await eventually { !server.requests.isEmpty })
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test("Nobody listens: nothing was said, and nothing may have happened")
    func nobody() async throws {
        try await with(environment) { server, sender in
            let listener = try LoopbackListener()
            listener.stop()
            var channel = channel(server, "/x")
            channel.url = "http://127.0.0.1:\(listener.port)/"
            let verdict = try await sender.send(message(), over: channel, publicKey: nil)
            #expect(verdict == .retry("connect", blamesTarget: true))
        }
    }

    @Test(
        "A URL that leads inside, speaks in the clear, or holds more than a URL, is not called",
        arguments: [
            ("https://127.0.0.1:PORT/", "address_loopback"), ("https://10.1.2.3/", "address_private"),
            ("https://169.254.169.254/latest", "address_metadata"), ("https://[::ffff:10.0.0.1]/", "address_private"),
            ("http://127.0.0.1:PORT/", "plain"), ("https://hook.example/\r\nX-Injected: 1", "url"),
            ("https://hook.example/\u{2028}", "url"), ("ftp://hook.example/", "url"), ("", "url"),
            ("https://user:canary@hook.example/", "url"),
        ]
    )
    func guarded(url: String, cause: String) async throws {
        try await with(environment) { server, sender in
            let channel = ClientChannel(
                .webhook,
                name: "hook",
                url: url.replacing("PORT", with: "\(server.port)"),
                secrets: ["env:NEW"]
            )
            let verdict = try await sender.send(message(), over: channel, publicKey: nil)
            #expect(verdict == .refused(cause))
            #expect(server.accepted == 0)
        }
    }

    @Test(
        "Unsigned nothing leaves: what is wrong with the secrets is the operator's to mend",
        arguments: [
            ([], AttemptVerdict.refused("no_secret")),
            (["env:ABSENT"], .retry("secret_absent", blamesTarget: true)),
            (["env:NEW", "env:ABSENT"], .retry("secret_absent", blamesTarget: true)),
            (["env:WRONG"], .retry("secret_form", blamesTarget: true)),
            (["env:EMPTY"], .retry("secret_content", blamesTarget: true)),
            (["whsec_canary"], .retry("secret_reference", blamesTarget: true)),
        ] as [([String], AttemptVerdict)]
    )
    func secrets(references: [String], wanted: AttemptVerdict) async throws {
        let broken = environment.merging(["WRONG": "hunter2", "EMPTY": ""]) { given, _ in given }
        try await with(broken) { server, sender in
            let channel = channel(server, "/status?200", secrets: references)
            let verdict = try await sender.send(message(), over: channel, publicKey: nil)
            #expect(verdict == wanted)
            #expect(server.accepted == 0)
        }
    }

    @Test("Without relay, mail text and broker the other kinds say so")
    func missing() async throws {
        try await with(environment) { _, sender in
            let mail = ClientChannel(.mail, name: "m", addresses: ["privacy@acme.example"])
            let written = try await sender.send(message(), over: mail, publicKey: nil)
            #expect(written == .refused("no_relay"))
            let queue = ClientChannel(.amqp, name: "q")
            let published = try await sender.send(message(), over: queue, publicKey: nil)
            #expect(published == .refused("no_broker"))
        }
    }
}
