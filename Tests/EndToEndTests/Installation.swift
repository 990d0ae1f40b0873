import AMQP
import Foundation
import Ledger
import Postgres
import TestKit
import Testing

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
            var message = message(Array(body.utf8), type: type)
            message.properties.messageID = "e\(number)"
            return message
        }
        await publish(messages, with: publisher)
    }

    func publish(_ messages: [Message], with publisher: AMQPPublisher) async {
        let outcomes = await publisher.publish(messages)
        #expect(outcomes.allSatisfy { $0 == .confirmed })
    }

    /// An event as a publisher sends it, whatever its body says.
    func message(_ body: [UInt8], type: String) -> Message {
        var properties = Properties()
        properties.userID = login
        properties.type = type
        properties.deliveryMode = .persistent
        return Message(
            exchange: "habeas.events",
            routingKey: type,
            mandatory: true,
            properties: properties,
            body: body
        )
    }

    /// That somebody has asked to be erased at the client `acme`.
    func erasureRequest(_ id: String, email: String) -> Message {
        let type = "io.habeas.request.submitted.v1"
        let body = """
            {"specversion":"1.0","id":"\(id)","source":"/desk","type":"\(type)","data":{"channel":"email","client":"acme",
            "submitted_time":"\(Date(timeIntervalSinceNow: -60).ISO8601Format())","submitted_by":"subject",
            "relationship":"end_user","right":"erasure","regulation":"gdpr",
            "subjects":[{"identities":[{"type":"email","value":"\(email)"}]}]}}
            """
        var message = message(Array(body.utf8), type: type)
        message.properties.messageID = id
        return message
    }

    /// The whole database as `pg_dump` writes it.
    func dump(into file: String) async throws -> String {
        let places =
            ["/usr/bin"]
            + ((try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? [])
            .map { "/usr/lib/postgresql/\($0)/bin" }
        let program = try #require(places.map { $0 + "/pg_dump" }.first(where: FileManager.default.isExecutableFile))
        let url = try #require(environment["HABEAS_DATABASE_URL"])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--dbname", url, "--file", file]
        let (ends, end) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            end.yield(process.terminationStatus)
            end.finish()
        }
        try process.run()
        for await status in ends { #expect(status == 0) }
        return try String(contentsOfFile: file, encoding: .utf8)
    }
}
