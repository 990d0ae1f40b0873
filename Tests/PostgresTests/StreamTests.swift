import Foundation
import Postgres
import TestKit
import Testing

@Suite("Reading results of any size", .database)
struct StreamTests {
    @Test func `a million rows pass through bounded memory`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        let before = try residentMegabytes()
        var most = before
        var count = 0
        var sum = 0
        try await connection.stream("SELECT g, repeat('x', 400) FROM generate_series(1, \(1_000_000)) AS g") { row in
            let (number, text) = try row.decode(Int.self, String.self)
            sum += number + text.utf8.count
            count += 1
            if count % 100_000 == 0 { most = max(most, try residentMegabytes()) }
        }
        #expect(count == 1_000_000)
        #expect(sum == 1_000_000 * 1_000_001 / 2 + 400_000_000)
        // All at once they would take 450 MB and more; what is allowed is for the tests that run beside this one.
        #expect(most - before < 250)
        await connection.close()
    }

    @Test func `the connection can be used between the rows, and streams may nest`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        try await connection.execute("CREATE TABLE t (a bigint)")
        var seen = 0
        try await connection.stream("SELECT g::bigint FROM generate_series(1, 25) AS g", fetch: 10) { row in
            let number = try row.decode(0, as: Int.self)
            try await connection.query("INSERT INTO t VALUES (\(number))")
            if number == 13 {
                try await connection.stream("SELECT a FROM t", fetch: 5) { _ in seen += 1 }
            }
        }
        #expect(seen == 13)
        #expect(try await connection.query("SELECT FROM t").count == 25)
        await connection.close()
    }

    @Test func `leaving early ends the reading and rolls back`() async throws {
        struct Enough: Error {}
        let connection = try await PostgresConnection.connect(try Database.current)
        await #expect(throws: Enough.self) {
            try await connection.stream("SELECT * FROM generate_series(1, 1000000)", fetch: 10) { _ in throw Enough() }
        }
        #expect(await !connection.isInTransaction)
        #expect(try await connection.query("SELECT FROM pg_cursors WHERE name LIKE 'stream%'").isEmpty)
        await connection.close()
    }

    @Test func `an empty result calls nobody`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        try await connection.stream("SELECT 1 WHERE false") { _ in Issue.record("there is no row") }
        await connection.close()
    }

    private func residentMegabytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return try #require(Int(status.split(separator: " ")[1])) * 4096 / 1_048_576
    }
}
