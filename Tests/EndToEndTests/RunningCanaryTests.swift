import AMQP
import Foundation
import Ledger
import Logging
import Outbound
import Postgres
import Rights
import TestKit
import Testing

@Suite("Around a running fleet nothing of a person is in the clear", .database, .broker)
struct RunningCanaryTests {
    @Test("not in its logs, its metrics, its queues after intake, or a dump of its database")
    func nowhere() async throws {
        let canary = Canary()
        try await Installation.with { installation in
            let ring = try KeyRing(file: try #require(installation.environment["HABEAS_KEYS_FILE"]))
            let events = try CanaryEvent.all(canary, sealedFor: try #require(ring.intake).receiver)
            let host = try #require(VirtualHost.current)
            let admin = try await host.openChannel()
            try await admin.declare(queue: "heard", arguments: ["x-queue-type": "quorum"])
            try await admin.bind(queue: "heard", exchange: "habeas.outcomes", routingKey: "#")
            let publisher = AMQPPublisher(
                configuration: try host.configuration(name: "publisher"),
                logger: .init(label: "test")
            )
            await publisher.start()

            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("canary-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            var workers: [(name: String, port: Int, log: String, process: FleetProcess)] = []
            for name in ["habeas-intake", "habeas-clock"] {
                var environment = installation.environment
                let port = try FreePort.any()
                environment["HABEAS_PROBES_PORT"] = "\(port)"
                environment["HABEAS_LOG_LEVEL"] = "trace"
                let log = folder.appendingPathComponent("\(name).log").path
                let process = try FleetProcess(name, environment: environment, log: log)
                workers.append((name, port, log, process))
            }

            // Accepted, waiting for ever, refused for a field, and not even JSON.
            let whole = events.map { installation.message($0.body(about: "r"), type: $0.type.name) }
            let early = events.filter { $0.type != .requestSubmitted }
                .map { installation.message($0.body(about: "never"), type: $0.type.name) }
            let broken = events.map { installation.message($0.brokenBody(canary), type: $0.type.name) }
            let cut = events.map { installation.message(Array($0.body(about: "x").dropLast()), type: $0.type.name) }
            let messages = whole + early + broken + cut
            await installation.publish(messages, with: publisher)
            try await expectTaken(messages.count, installation)
            // A database that refuses the rows: what the workers then say of it is searched, too.
            try await installation.pool.withConnection {
                try await $0.execute("ALTER TABLE habeas.case_secret ADD CONSTRAINT never CHECK (false) NOT VALID")
            }
            let refused = events.filter { $0.type == .requestSubmitted }
                .map { installation.message($0.body(about: "again"), type: $0.type.name) }
            await installation.publish(refused, with: publisher)
            try await expectTaken(messages.count + refused.count, installation)
            let allSent = try await eventually(within: .seconds(60)) {
                try await installation.count("SELECT count(*) FROM habeas.outbox_state WHERE state = 'pending'") == 0
            }
            #expect(allSent)

            var places: [(name: String, text: String)] = []
            let client = try HTTPClient()
            for worker in workers {
                for path in ["/metrics", "/health/ready"] {
                    let answer = try await client.send(
                        HTTPCall(
                            "GET",
                            "http://127.0.0.1:\(worker.port)\(path)",
                            allowing: [.plain, .internalAddress]
                        )
                    )
                    #expect(answer.status == 200)
                    places.append(("\(worker.name)\(path)", String(decoding: answer.body, as: UTF8.self)))
                }
                #expect(await worker.process.terminate() == 0)
                places.append(("the log of \(worker.name)", try String(contentsOfFile: worker.log, encoding: .utf8)))
            }
            let queues = [
                "heard", "habeas.referral", "habeas.export", "habeas.erasure", "habeas.breach", "habeas.parked",
            ]
            var waiting = 0
            for queue in queues {
                while let delivery = try await admin.get(queue: queue) {
                    waiting += 1
                    let text =
                        "\(delivery.properties) \(delivery.routingKey) "
                        + String(decoding: delivery.body, as: UTF8.self)
                    places.append(("queue \(queue)", text))
                }
            }
            #expect(waiting >= events.count)
            let dump = try await installation.dump(into: folder.appendingPathComponent("dump.sql").path)
            #expect(dump.contains("case_secret"))
            places.append(("the dump", dump))

            let needles = canary.traces
            for place in places {
                let text = place.text.lowercased()
                #expect(!text.isEmpty, "\(place.name)")
                for needle in needles where text.contains(needle.text) {
                    Issue.record("\(place.name) holds the canary, \(needle.kind)")
                }
            }
            await client.close()
            await publisher.close()
            await admin.close()
        }
    }

    /// Every published event has its one row, in the inbox or among the parked.
    private func expectTaken(_ count: Int, _ installation: Installation) async throws {
        let isTaken = try await eventually(within: .seconds(60)) {
            try await installation.count(
                "SELECT (SELECT count(*) FROM habeas.inbox) + (SELECT count(*) FROM habeas.parked_message)"
            ) == count
        }
        #expect(isTaken)
    }
}
