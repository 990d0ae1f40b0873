import Postgres
import TestKit
import Testing

@Suite("Migrations", .database)
struct MigratorTests {
    private let steps = [
        Migration(number: 1, name: "things", sql: "CREATE TABLE thing (id bigint PRIMARY KEY);"),
        Migration(number: 2, name: "names", sql: "ALTER TABLE thing ADD name text; INSERT INTO thing VALUES (1, 'a');"),
        Migration(
            number: 3,
            name: "index",
            sql: "CREATE INDEX CONCURRENTLY IF NOT EXISTS thing_name ON thing (name)",
            isTransactional: false
        ),
        Migration(number: 4, name: "more", sql: "CREATE TABLE more (id bigint)"),
    ]

    private func connect() async throws -> PostgresConnection {
        try await PostgresConnection.connect(try Database.current)
    }

    @Test func `eight at once apply each step once`() async throws {
        let configuration = try Database.current
        let migrator = try Migrator(steps)
        let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let connection = try await PostgresConnection.connect(configuration)
                    let applied = try await migrator.up(connection).map(\.number)
                    await connection.close()
                    return applied
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(applied.sorted() == [1, 2, 3, 4])
        let connection = try await connect()
        let status = try await migrator.status(connection)
        #expect(status.isCurrent)
        #expect(status.applied.map(\.name) == ["things", "names", "index", "more"])
        try await migrator.check(connection)
        #expect(try await connection.query("SELECT FROM thing").count == 1)
        #expect(try await migrator.up(connection).isEmpty)
        await connection.close()
    }

    @Test func `a program finds its database behind, and says what to do`() async throws {
        let connection = try await connect()
        let migrator = try Migrator(steps)
        let empty = await #expect(throws: MigrationError.self) { try await migrator.check(connection) }
        #expect(empty?.code == .pending)
        try await Migrator(Array(steps.prefix(2))).up(connection)
        let behind = await #expect(throws: MigrationError.self) { try await migrator.check(connection) }
        #expect(behind?.number == 3)
        #expect(behind?.description.contains("run the program's migrations first") == true)
        await connection.close()
    }

    @Test func `a database ahead is refused unless the program allows it`() async throws {
        let connection = try await connect()
        try await Migrator(steps).up(connection)
        let older = try Migrator(Array(steps.prefix(3)))
        let error = await #expect(throws: MigrationError.self) { try await older.up(connection) }
        #expect(error?.code == .newer)
        #expect(error?.number == 4)
        #expect(error?.description.contains("run a newer version") == true)
        await #expect(throws: MigrationError.self) { try await older.check(connection) }
        try await older.check(connection, allowsNewer: true)
        await connection.close()
    }

    @Test func `an edited step and a missing one are refused`() async throws {
        let connection = try await connect()
        try await Migrator(steps).up(connection)
        var edited = steps
        edited[1] = Migration(number: 2, name: "names", sql: steps[1].sql + " ")
        let changed = await #expect(throws: MigrationError.self) { try await Migrator(edited).up(connection) }
        #expect(changed?.code == .changed)
        #expect(changed?.number == 2)
        try await connection.execute("DELETE FROM schema_migration WHERE number = 3")
        let gap = await #expect(throws: MigrationError.self) { try await Migrator(steps).up(connection) }
        #expect(gap?.code == .gap)
        #expect(gap?.number == 3)
        #expect(throws: MigrationError.self) { try Migrator([steps[0], steps[2]]) }
        await connection.close()
    }

    @Test func `a failing step leaves nothing of itself, names its fault, and frees the lock`() async throws {
        let connection = try await connect()
        let broken = Migration(
            number: 2,
            name: "broken",
            sql: "CREATE TABLE half (a int); INSERT INTO nowhere VALUES (1);"
        )
        let error = await #expect(throws: MigrationError.self) {
            try await Migrator([steps[0], broken]).up(connection)
        }
        #expect(error?.code == .failed)
        #expect(error?.number == 2)
        #expect(error?.cause?.contains("42P01") == true)
        let half = try await connection.query("SELECT to_regclass('half') IS NULL").only
        #expect(try half.decode(0, as: Bool.self))
        let other = try await connect()
        #expect(try await Migrator(steps).up(other).map(\.number) == [2, 3, 4])
        await connection.close()
        await other.close()
    }
}
