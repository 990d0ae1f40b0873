import AMQP
import Foundation
import Postgres
import TestKit
import Testing

@Suite("habeas topology, habeas publish", .database, .broker)
struct BrokerCommandTests {
    @Test("definitions need neither broker nor database")
    func definitions() async throws {
        let run = try await CommandLine.run(["topology", "definitions", "--json"])
        let queues = try #require(try run.object["queues"] as? [[String: Any]])
        #expect(queues.contains { $0["name"] as? String == "habeas.intake" })
    }

    @Test("apply makes the topology and records it; a publisher's events arrive under its login until it is revoked")
    func publish() async throws {
        try await Installation.with { plain in
            let installation = try plain.withBroker()
            let host = try #require(VirtualHost.current)
            let before = try await installation.run("topology", "verify", "--json")
            #expect(before.status == 1)
            #expect(try before.object["matches"] as? Bool == false)

            let applied = try await installation.run("topology", "apply", "--json")
            #expect(applied.status == 0, "\(applied.errors)")
            #expect(try applied.object["digest"] as? String != nil)
            #expect(try await installation.run("topology", "apply").output.contains("nothing to do"))

            // Logins are the whole broker's: this test's own.
            let user = "t-\(UUID().uuidString.lowercased())"
            let password = UUID().uuidString
            let secret = try installation.folder.write("password", password + "\n")
            #expect(try await installation.run("clients", "apply", "-", input: Installation.clients).status == 0)
            let list = Installation.publishers(user: user) + "\n  password: file:\(secret.path)\n"
            let registered = try await installation.run("publishers", "apply", "-", input: list)
            #expect(registered.status == 0, "\(registered.errors)")

            var publisher = installation
            publisher.environment["HABEAS_AMQP_URL"] = installation.environment["HABEAS_AMQP_URL"]?
                .replacing(/:\/\/[^@]*@/, with: "://\(user):\(password)@")
            let events = (0..<3).map { Installation.event(ref: "REQ-\($0)") }.joined(separator: "\n")
            let sent = try await publisher.run("publish", "-", "--json", input: events)
            #expect(sent.status == 0, "\(sent.errors)")
            #expect(try sent.object["confirmed"] as? Int == 3)

            let channel = try await host.openChannel()
            let delivery = try #require(try await channel.get(queue: "habeas.intake"))
            await channel.close()
            #expect(delivery.properties.userID == user)
            #expect(delivery.properties.messageID == "REQ-0")
            #expect(delivery.properties.type == "io.habeas.request.submitted.v1")
            #expect(delivery.properties.appID == "/helpdesk/1")

            let status = try await installation.run("status", "--json").object
            #expect(
                (status["queues"] as? [[String: Any]])?.contains { $0["name"] as? String == "habeas.intake" } == true
            )
            #expect(status["topology_current"] as? Bool == true)

            #expect(try await installation.run("publishers", "revoke", "helpdesk").status == 0)
            let refused = try await publisher.run("publish", "-", input: events)
            #expect(refused.status == 78)
            #expect(!refused.errors.contains(password))
            #expect(try await installation.run("publishers", "revoke", "helpdesk").status == 0)
        }
    }

    @Test("publish checks first and sends none of a file with one wrong event, unless told to")
    func validation() async throws {
        try await Installation.with { plain in
            let installation = try plain.withBroker()
            #expect(try await installation.run("topology", "apply").status == 0)
            let events = Installation.event(ref: "REQ-0") + "\n" + Installation.event(ref: "REQ-1", right: "everything")
            let refused = try await installation.run("publish", "-", "--json", input: events)
            #expect(refused.status == 1)
            let fault = try refused.object
            #expect(fault["line"] as? Int == 2)
            #expect(fault["field"] as? String == "data.right")
            #expect(fault["remedy"] is String)
            let sent = try await installation.run(
                "publish",
                "-",
                "--no-validate",
                "--json",
                input: events + "\n{\"not\": \"an event\"}"
            )
            #expect(try sent.object["confirmed"] as? Int == 3)
        }
    }

    @Test("a login that administers the broker never becomes a publisher's")
    func administrator() async throws {
        try await Installation.with { plain in
            let installation = try plain.withBroker()
            #expect(try await installation.run("topology", "apply").status == 0)
            #expect(try await installation.run("clients", "apply", "-", input: Installation.clients).status == 0)
            let run = try await installation.run(
                "publishers",
                "apply",
                "-",
                input: Installation.publishers(user: "admin")
            )
            #expect(run.status == 1)
            #expect(run.errors.contains("broker_user"))
        }
    }
}
