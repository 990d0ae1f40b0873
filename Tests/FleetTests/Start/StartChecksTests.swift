import AMQP
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("A worker's start", .database, .broker)
struct StartChecksTests {
    private func check(_ prepare: (PostgresConnection) async throws -> Void) async throws -> RegistryCache {
        let pool = PostgresPool(configuration: try Database.current, size: 1, logger: RuntimeFixture.quiet)
        do {
            try await pool.withConnection { try await prepare($0) }
            let broker = try #require(VirtualHost.current).configuration()
            let registry = try await StartChecks(pool: pool, broker: broker, queues: [], logger: RuntimeFixture.quiet)
                .run()
            await pool.shutdown()
            return registry
        } catch {
            await pool.shutdown()
            throw error
        }
    }

    @Test("is refused on a database without the schema, and says so")
    func noSchema() async throws {
        let error = await #expect(throws: StartError.self) { _ = try await check { _ in } }
        #expect(error?.code == .configuration)
        #expect(error?.description.hasPrefix("schema: ") == true)
    }

    @Test("is refused on a schema whose steps were changed")
    func changedSchema() async throws {
        let error = await #expect(throws: StartError.self) {
            _ = try await check { connection in
                try await Migrator.ledger().up(connection)
                _ = try await connection.query("UPDATE habeas_migration SET checksum = '' WHERE number = 2")
            }
        }
        #expect(error?.code == .configuration)
    }

    @Test("is refused until this topology was applied")
    func topology() async throws {
        let never = await #expect(throws: StartError.self) {
            _ = try await check { try await Migrator.ledger().up($0) }
        }
        #expect(never?.description.contains("was never applied") == true)
        let other = await #expect(throws: StartError.self) {
            _ = try await check { _ = try await $0.query("UPDATE habeas.installation SET topology_digest = 'other'") }
        }
        #expect(other?.description.contains("is not the one") == true)
        #expect(other?.code == .configuration)
    }

    @Test("goes on with the registry where everything is as it must be, on a newer schema too")
    func ready() async throws {
        let digest = try Topology.fleet.digest()
        let registry = try await check { connection in
            try await Migrator.ledger().up(connection)
            try await connection.execute("INSERT INTO habeas.client (id, names) VALUES ('acme', '{Acme}')")
            _ = try await connection.query("UPDATE habeas.installation SET topology_digest = \(digest)")
            try await connection.execute(
                "INSERT INTO habeas_migration (number, name, checksum) VALUES (999, 'later', '')"
            )
        }
        #expect(registry.current.client("acme")?.answers(to: "ACME") == true)
    }
}
