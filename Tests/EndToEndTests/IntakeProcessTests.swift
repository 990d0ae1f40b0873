import AMQP
import Foundation
import Logging
import Postgres
import TestKit
import Testing

@Suite("The fleet as processes, on a real broker and a real database", .database, .broker)
struct IntakeProcessTests {
    @Test("N3 every confirmed event becomes exactly one case while copies are killed, and the evidence holds")
    func killed() async throws {
        try await Installation.with { installation in
            let host = try #require(VirtualHost.current)
            let publisher = AMQPPublisher(
                configuration: try host.configuration(name: "publisher"),
                logger: .init(label: "test")
            )
            await publisher.start()
            var copies = [
                try FleetProcess("habeas-intake", environment: installation.environment),
                try FleetProcess("habeas-intake", environment: installation.environment),
            ]
            let clock = try FleetProcess("habeas-clock", environment: installation.environment)
            for round in 0..<4 {
                await installation.publish(round * 250..<(round + 1) * 250, with: publisher)
                let victim = copies.removeFirst()
                await victim.kill()
                copies.append(try FleetProcess("habeas-intake", environment: installation.environment))
            }
            let allHaveCases = try await eventually(within: .seconds(120)) {
                try await installation.count("SELECT count(*) FROM habeas.case_file") == 1_000
            }
            #expect(allHaveCases)
            // What a killed copy left in the outbox is relayed after its writer's grace of 30 seconds.
            let allSent = try await eventually(within: .seconds(120)) {
                try await installation.count("SELECT count(*) FROM habeas.outbox_state WHERE state = 'pending'") == 0
            }
            #expect(allSent)
            #expect(try await installation.count("SELECT count(*) FROM habeas.inbox") == 1_000)
            #expect(try await installation.count("SELECT count(*) FROM habeas.parked_message") == 0)
            #expect(try await installation.count("SELECT count(*) FROM habeas.evidence") >= 1_000)
            try await installation.run("evidence", "verify", "--all")
            for copy in copies { #expect(await copy.terminate() == 0) }
            #expect(await clock.terminate() == 0)
            await publisher.close()
        }
    }

    @Test("a worker refuses to start on a database, a topology or keys it was not made for: exit 78")
    func refusesToStart() async throws {
        try await Installation.with { installation in
            _ = try await installation.pool.withConnection {
                try await $0.query("UPDATE habeas.installation SET topology_digest = 'another'")
            }
            let topology = try FleetProcess("habeas-intake", environment: installation.environment)
            #expect(await topology.exitCode == 78)
            var environment = installation.environment
            environment["HABEAS_KEYS_FILE"] = "/nonexistent"
            let keys = try FleetProcess("habeas-clock", environment: environment)
            #expect(await keys.exitCode == 78)
            let usage = try FleetProcess("habeas-clock", ["stray"], environment: environment)
            #expect(await usage.exitCode == 64)
        }
    }

    @Test("a worker that is asked to end while it waits for its database ends at once with 0")
    func endedWhileStarting() async throws {
        try await Installation.with { installation in
            let silent = try LoopbackListener { LoopbackListener.waitForEnd(of: $0) }
            defer { silent.stop() }
            var environment = installation.environment
            environment["HABEAS_DATABASE_URL"] =
                "postgresql://habeas@127.0.0.1:\(silent.port)/habeas?connect_timeout=60"
            let worker = try FleetProcess("habeas-intake", environment: environment)
            let isStarting = await eventually(within: .seconds(30)) { silent.accepted > 0 }
            #expect(isStarting)
            #expect(await worker.terminate() == 0)
        }
    }
}
