import Foundation
import Ledger
import Postgres
import TestKit
import Testing

@Suite("Partitions of the outbox", .database)
struct OutboxPartitionTests {
    @Test("are made ahead, once, and rows fall into their day")
    func ahead() async throws {
        try await withSchema { connection in
            func partitions() async throws -> Int {
                try await connection.query(
                    """
                    SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                     WHERE i.inhparent = 'habeas.outbox'::regclass AND c.relname <> 'outbox_rest'
                    """
                ).only.decode(0, as: Int.self)
            }
            let first = try await partitions()
            #expect(first >= 8)
            _ = try await connection.query("SELECT habeas.maintain_outbox(20, '14 days')")
            #expect(try await partitions() >= 21)
            let many = try await partitions()
            _ = try await connection.query("SELECT habeas.maintain_outbox(20, '14 days')")
            #expect(try await partitions() == many)
            try await insert(at: "now()", on: connection)
            let outside = try await connection.query("SELECT count(*) FROM habeas.outbox_rest").only.decode(
                0,
                as: Int.self
            )
            #expect(outside == 0)
        }
    }

    @Test("are dropped once every row in them was settled long ago, and not before")
    func dropped() async throws {
        try await withSchema { connection in
            let days = [
                "20200101": "2020-01-01", "20200201": "2020-02-01", "20200301": "2020-03-01", "20200401": "2020-04-01",
            ]
            for (name, day) in days {
                try await connection.execute(
                    """
                    SET TimeZone = 'UTC';
                    CREATE TABLE habeas.outbox_\(name) PARTITION OF habeas.outbox FOR VALUES FROM ('\(day)') TO (date '\(day)' + 1)
                    """
                )
            }
            try await insert(at: "'2020-01-01 12:00Z'", settled: "'2020-01-01 13:00Z'", on: connection)
            try await insert(at: "'2020-02-01 12:00Z'", on: connection)
            try await insert(
                at: "'2020-03-01 12:00Z'",
                settled: "now() - interval '13 days'",
                on: connection
            )
            let dropped = try await connection.query("SELECT habeas.maintain_outbox(7, '14 days')").only.decode(
                0,
                as: Int.self
            )
            #expect(dropped == 2)
            let left = try await connection.query(
                """
                SELECT c.relname::text FROM pg_class c WHERE c.relispartition AND c.relkind = 'r' AND c.relname LIKE 'outbox\\_2020%' ORDER BY 1
                """
            ).decode(as: String.self)
            #expect(left == ["outbox_20200201", "outbox_20200301"])
            #expect(try await connection.query("SELECT count(*) FROM habeas.outbox").only.decode(0, as: Int.self) == 2)
        }
    }

    @Test("are kept by any number of copies at once")
    func copies() async throws {
        try await withSchema { _ in
            let configuration = try Database.current
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let connection = try await PostgresConnection.connect(configuration)
                        for ahead in 8..<14 {
                            _ = try await connection.query("SELECT habeas.maintain_outbox(\(Int32(ahead)), '14 days')")
                        }
                        await connection.close()
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private func insert(
        at time: String,
        settled: String? = nil,
        on connection: PostgresConnection
    ) async throws {
        let id = UUID()
        let at = SQL(raw: time)
        _ = try await connection.query(
            """
            INSERT INTO habeas.outbox (id, created_at, exchange, routing_key, kind, message_type, body)
            VALUES (\(id), \(at), 'x', 'y', 'wake_up', 'z', '')
            """
        )
        guard let settled else {
            _ = try await connection.query(
                "INSERT INTO habeas.outbox_pending (id, created_at, next_attempt_at) VALUES (\(id), \(at), now())"
            )
            return
        }
        _ = try await connection.query(
            """
            INSERT INTO habeas.outbox_settlement (at, state, attempts, oldest, newest, ids)
            VALUES (\(SQL(raw: settled)), 'sent', 2, \(at), \(at), ARRAY[\(id)])
            """
        )
    }
}
