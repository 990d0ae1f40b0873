import AMQP
import Foundation
import Logging
import Postgres
import TestKit
import Testing

@Suite("Referral as processes, on a real broker, receiver and mail server", .database, .broker)
struct ReferralProcessTests {
    @Test("N1, N3: every request is referred and told while copies are killed; a repetition has the same id")
    func killed() async throws {
        try await Installation.with { installation in
            let host = try #require(VirtualHost.current)
            let server = try LoopbackServer()
            let sink = try MailSink()
            defer {
                server.stop()
                sink.stop()
            }
            let list = FileManager.default.temporaryDirectory.appendingPathComponent("clients-\(UUID()).yaml")
            defer { try? FileManager.default.removeItem(at: list) }
            let yaml = """
                - id: acme
                  names: [Acme]
                  channels:
                    - {kind: webhook, url: "\(server.base)/status?200", secrets: [env:HOOK], internal: true, limits: {in_flight: 8}}
                """
            try yaml.write(to: list, atomically: true, encoding: .utf8)
            try await installation.run("clients", "apply", list.path)
            var environment = installation.environment
            environment["HOOK"] = "whsec_" + Data(repeating: 7, count: 32).base64EncodedString()
            environment["HABEAS_MAIL_HOST"] = "127.0.0.1"
            environment["HABEAS_MAIL_PORT"] = "\(sink.port)"
            environment["HABEAS_MAIL_SECURITY"] = "none"
            environment["HABEAS_MAIL_INTERNAL"] = "true"
            environment["HABEAS_MAIL_FROM"] = "privacy@vendor.example"
            environment["HABEAS_POLICY_FOLDER"] =
                "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/deploy"

            let publisher = AMQPPublisher(
                configuration: try host.configuration(name: "publisher"),
                logger: .init(label: "test")
            )
            await publisher.start()
            let others = try ["habeas-intake", "habeas-clock"].map {
                try FleetProcess($0, environment: installation.environment)
            }
            var copies = [
                try FleetProcess("habeas-referral", environment: environment),
                try FleetProcess("habeas-referral", environment: environment),
            ]
            let count = 60
            await installation.publish(
                (0..<count).map { installation.erasureRequest("e\($0)", email: "p\($0)@example.org") },
                with: publisher
            )
            let hasBegun = await eventually(within: .seconds(60)) { !server.requests.isEmpty }
            #expect(hasBegun)
            await copies.removeFirst().kill()
            copies.append(try FleetProcess("habeas-referral", environment: environment))

            let areReferred = try await eventually(within: .seconds(150)) {
                try await installation.count(
                    "SELECT count(*) FROM habeas.effect WHERE state = 'done' AND kind IN ('subject.notice', 'client.referral')"
                ) == 2 * count
            }
            #expect(areReferred)
            #expect(
                try await installation.count("SELECT count(*) FROM habeas.case_file WHERE state = 'referred'") == count
            )
            #expect(try await installation.count("SELECT count(*) FROM habeas.effect") == 2 * count)
            #expect(
                try await installation.count(
                    "SELECT count(*) FROM habeas.deadline WHERE clock = 'refer' AND state = 'met'"
                ) == count
            )
            let ids = server.requests.compactMap { request in
                request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("webhook-id:") }.map(String.init)
            }
            #expect(Set(ids).count == count && ids.count >= count)
            try await installation.run("evidence", "verify", "--all")
            for process in copies + others { #expect(await process.terminate() == 0) }
            await publisher.close()
        }
    }
}
