import AMQP
import Foundation
import Ledger
import Logging
import Postgres
import TestKit
import Testing

@Suite("The fleet as processes, on a real broker and a real database", .database, .broker)
struct IntakeProcessTests {
    /// What the programs of one installation are started with.
    struct Installation: Sendable {
        let environment: [String: String]
        let pool: PostgresPool
        let login: String

        static func with(_ body: (Installation) async throws -> Void) async throws {
            let database = try Database.current
            let host = try #require(VirtualHost.current)
            let broker = try host.configuration()
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("habeas-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let keys = folder.appendingPathComponent("keys").path
            let user = try #require(database.keywords["user"])
            let password = try #require(database.keywords["password"])
            let name = try #require(database.keywords["dbname"])
            let management = try #require(ProcessInfo.processInfo.environment["HABEAS_TEST_MANAGEMENT"])
            let environment = [
                "HABEAS_DATABASE_URL":
                    "postgresql://\(user):\(password)@\(database.hosts[0].name):\(database.hosts[0].port)/\(name)",
                "HABEAS_AMQP_URL":
                    "amqp://\(broker.user):\(broker.password)@\(broker.hosts[0].name):\(broker.hosts[0].port)/\(broker.virtualHost)",
                "HABEAS_AMQP_MANAGEMENT_URL": management, "HABEAS_KEYS_FILE": keys, "HABEAS_PROBES_PORT": "0",
                "HABEAS_DRAIN_SECONDS": "10",
            ]
            let pool = PostgresPool(configuration: database, size: 2)
            let installation = Installation(environment: environment, pool: pool, login: broker.user)
            do {
                try await installation.run("migrate", "up")
                try await installation.run("topology", "apply")
                try await installation.run("keys", "create", "--file", keys)
                // The tests' own login may publish here: it has broker tags, which the command line would refuse.
                _ = try await pool.withConnection { connection in
                    try await connection.query(
                        """
                        INSERT INTO habeas.publisher (id, broker_user, profile, clients, event_types, source_prefixes)
                        VALUES ('desk', \(broker.user), 'kustomer', '{*}', '{*}', '{/desk}')
                        """
                    )
                }
                try await body(installation)
                await pool.shutdown()
            } catch {
                await pool.shutdown()
                throw error
            }
        }

        func run(_ arguments: String...) async throws {
            let process = try FleetProcess("habeas", arguments, environment: environment)
            #expect(await process.exitCode == 0, "habeas \(arguments.joined(separator: " "))")
        }

        func count(_ sql: SQL) async throws -> Int {
            try await pool.withConnection { try await $0.query(sql).only.decode(0, as: Int.self) }
        }

        /// Publishes requests with confirms, as any client of the broker would, and returns when all are confirmed.
        func publish(_ numbers: Range<Int>, with publisher: AMQPPublisher) async {
            let type = "io.habeas.request.submitted.v1"
            let messages = numbers.map { number in
                let time = Date(timeIntervalSinceNow: -60).ISO8601Format()
                let body = """
                    {"specversion":"1.0","id":"e\(number)","source":"/desk","type":"\(type)","data":{"channel":"email",
                    "submitted_time":"\(time)","submitted_by":"subject","relationship":"end_user","right":"erasure","regulation":"gdpr",
                    "subjects":[{"identities":[{"type":"email","value":"p\(number)@example.com"}]}]}}
                    """
                var properties = Properties()
                properties.userID = login
                properties.messageID = "e\(number)"
                properties.type = type
                properties.deliveryMode = .persistent
                return Message(
                    exchange: "habeas.events",
                    routingKey: type,
                    mandatory: true,
                    properties: properties,
                    body: Array(body.utf8)
                )
            }
            let outcomes = await publisher.publish(messages)
            #expect(outcomes.allSatisfy { $0 == .confirmed })
        }
    }

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
                try await installation.count("SELECT count(*) FROM habeas.outbox WHERE state = 'pending'") == 0
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
}
