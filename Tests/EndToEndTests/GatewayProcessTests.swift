import AMQP
import Fleet
import Foundation
import FoundationNetworking
import Ledger
import Logging
import Postgres
import Rights
import TestKit
import Testing

@Suite("The gateway as a process among the others", .database, .broker)
struct GatewayProcessTests {
    @Test("K5: a client's decision over HTTP carries its referred request on through intake and referral")
    func decision() async throws {
        try await Installation.with { installation in
            let server = try LoopbackServer()
            let sink = try MailSink()
            defer {
                server.stop()
                sink.stop()
            }
            try await register(server, installation)
            try await admit()
            var environment = installation.environment
            environment["HOOK"] = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()
            environment["HABEAS_MAIL_HOST"] = "127.0.0.1"
            environment["HABEAS_MAIL_PORT"] = "\(sink.port)"
            environment["HABEAS_MAIL_SECURITY"] = "none"
            environment["HABEAS_MAIL_INTERNAL"] = "true"
            environment["HABEAS_MAIL_FROM"] = "privacy@vendor.example"
            environment["HABEAS_POLICY_FOLDER"] =
                "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/deploy"
            let port = try FreePort.any()
            let gateway = try gateway(port, installation)
            let others = try ["habeas-intake", "habeas-clock", "habeas-referral"].map {
                try FleetProcess($0, environment: environment)
            }
            let publisher = AMQPPublisher(
                configuration: try #require(VirtualHost.current).configuration(name: "publisher"),
                logger: .init(label: "test")
            )
            await publisher.start()
            await installation.publish([installation.erasureRequest("e1", email: "ada@example.org")], with: publisher)
            let isReferred = try await eventually(within: .seconds(60)) {
                try await installation.count("SELECT count(*) FROM habeas.case_file WHERE state = 'referred'") == 1
            }
            #expect(isReferred)
            let token = try await token(installation)
            let list = try await call(port, "/v1/requests?state=referred", token)
            let lines = try #require(list.json["requests"] as? [[String: Any]])
            let id = try #require(lines.first?["id"] as? String)
            #expect(try await call(port, "/v1/requests/\(id)", token).text.contains("ada@example.org"))
            let words = #"{"decision":"handle_itself","decided_by":{"user":"Grace","role":"dpo"}}"#
            #expect(try await call(port, "/v1/requests/\(id)/decision", token, words).status == 202)
            let isHandedOver = try await eventually(within: .seconds(60)) {
                try await installation.count(
                    """
                    SELECT count(*) FROM habeas.case_file c JOIN habeas.effect e ON e.case_id = c.id
                     WHERE c.state = 'handed_over' AND e.kind = 'client.answer' AND e.state = 'done'
                    """
                ) == 1
            }
            #expect(isHandedOver)
            #expect(try await installation.count("SELECT count(*) FROM habeas.parked_message") == 0)
            try await installation.run("evidence", "verify", "--all")
            for process in [gateway] + others { #expect(await process.terminate() == 0) }
            await publisher.close()
        }
    }

    @Test("it refuses to serve others than this machine without TLS, and to publish as anybody else")
    func refused() async throws {
        try await Installation.with { installation in
            try await admit()
            let broker = try login(installation)
            for settings in [
                ["HABEAS_GATEWAY_HOST": "0.0.0.0", "HABEAS_AMQP_URL": broker],
                ["HABEAS_GATEWAY_TLS_CERTIFICATE_FILE": "/nowhere", "HABEAS_AMQP_URL": broker],
                ["HABEAS_GATEWAY_PORT": "0"],
            ] {
                let environment = installation.environment.merging(settings) { $1 }
                #expect(
                    await (try FleetProcess("habeas-gateway", environment: environment)).exitCode == 78,
                    "\(settings.keys)"
                )
            }
        }
    }

    private func gateway(_ port: Int, _ installation: Installation) throws -> FleetProcess {
        var environment = installation.environment
        environment["HABEAS_GATEWAY_PORT"] = "\(port)"
        environment["HABEAS_AMQP_URL"] = try login(installation)
        return try FleetProcess("habeas-gateway", environment: environment)
    }

    /// The broker as the gateway's own login, which the tests of the gateway share.
    private func login(_ installation: Installation) throws -> String {
        let host = try #require(VirtualHost.current)
        let broker = try host.configuration()
        return
            "amqp://\(Publisher.gateway.brokerUser):gateway@\(broker.hosts[0].name):\(broker.hosts[0].port)/\(broker.virtualHost)"
    }

    private func register(_ server: LoopbackServer, _ installation: Installation) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gateway-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let clients = folder.appendingPathComponent("clients.yaml")
        try """
        - id: acme
          names: [Acme]
          channels:
            - {kind: webhook, url: "\(server.base)/status?200", secrets: [env:HOOK], internal: true}
        """.write(to: clients, atomically: true, encoding: .utf8)
        try await installation.run("clients", "apply", clients.path)
    }

    /// Gives the gateway its login at the broker, and leaves alone those that the tests share.
    private func admit() async throws {
        try await BrokerAdmin(
            url: ProcessInfo.processInfo.environment["HABEAS_TEST_MANAGEMENT"] ?? "",
            virtualHost: try #require(VirtualHost.current).name
        ).apply(passwords: [Publisher.gateway.brokerUser: "gateway"])
    }

    private func token(_ installation: Installation) async throws -> String {
        let now = Date()
        let token = ClientToken(at: now)
        let insert = ClientTokenRecord.insert(token, of: "acme", label: nil, at: now, until: nil)
        _ = try await installation.pool.withConnection { try await $0.query(insert) }
        return token.text
    }

    private struct Reply {
        let status: Int
        let text: String
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:] }
    }

    private func call(_ port: Int, _ path: String, _ token: String, _ body: String? = nil) async throws -> Reply {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        if let body {
            request.httpMethod = "POST"
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(body.utf8)
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        return Reply(
            status: (response as? HTTPURLResponse)?.statusCode ?? 0,
            text: String(decoding: data, as: UTF8.self)
        )
    }
}
