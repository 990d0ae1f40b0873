import Postgres
import TestKit
import Testing

@Suite("Transactions", .database)
struct TransactionTests {
    @Test func `what is returned is committed, what throws is rolled back`() async throws {
        struct Own: Error {}
        let connection = try await PostgresConnection.connect(try Database.current)
        try await connection.execute("CREATE TABLE t (a bigint)")
        try await connection.transaction { try await $0.query("INSERT INTO t VALUES (1)") }
        await #expect(throws: Own.self) {
            try await connection.transaction { connection in
                try await connection.query("INSERT INTO t VALUES (2)")
                throw Own()
            }
        }
        #expect(try await connection.query("SELECT a FROM t").decode(as: Int.self) == [1])
        try await connection.transaction { _ in }
        #expect(await !connection.isInTransaction)
        await connection.close()
    }

    @Test func `a second transaction on the same connection is refused`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        try await connection.begin()
        let error = await #expect(throws: PostgresError.self) { try await connection.begin() }
        #expect(error?.code == .connectionBusy)
        try await connection.rollback()
        try await connection.begin()
        try await connection.query("SELECT 1")
        await #expect(throws: PostgresError.self) { try await connection.begin() }
        try await connection.commit()
        await connection.close()
    }

    @Test func `committing what had failed says that it was rolled back`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { connection in
                do {
                    try await connection.query("SELECT 1/0")
                } catch let error as PostgresError {
                    guard error.sqlState?.classCode == "22" else { throw error }
                }
            }
        }
        #expect(error?.code == .rolledBack)
        #expect(connection.isUsable)
        await connection.close()
    }

    @Test func `a body may commit as the last statement of its pipeline`() async throws {
        let pool = PostgresPool(configuration: try Database.current, size: 1)
        try await pool.withConnection { try await $0.execute("CREATE TABLE t (a bigint)") }
        try await pool.withTransaction { connection in
            try await connection.pipeline(["INSERT INTO t VALUES (1)", "COMMIT"])
        }
        #expect(try await pool.withConnection { try await $0.query("SELECT FROM t") }.count == 1)
        await pool.shutdown()
    }

    @Test func `a serialization failure runs the transaction again`() async throws {
        let pool = PostgresPool(configuration: try Database.current, size: 8)
        try await pool.withConnection {
            try await $0.execute("CREATE TABLE t (id bigint PRIMARY KEY, n bigint); INSERT INTO t VALUES (1, 0)")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10 {
                        try await pool.withTransaction(retrying: 100) { connection in
                            try await connection.query("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
                            let n = try await connection.query("SELECT n FROM t WHERE id = 1").only.decode(
                                0,
                                as: Int.self
                            )
                            try await connection.query("UPDATE t SET n = \(n + 1) WHERE id = 1")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let n = try await pool.withConnection { try await $0.query("SELECT n FROM t").only.decode(0, as: Int.self) }
        #expect(n == 80)
        await pool.shutdown()
    }

    @Test func `a deadlock runs its victim again`() async throws {
        let pool = PostgresPool(configuration: try Database.current, size: 3)
        try await pool.withConnection {
            try await $0.execute(
                "CREATE TABLE t (id bigint PRIMARY KEY, n bigint); INSERT INTO t VALUES (1, 0), (2, 0)"
            )
        }
        let barrier = Barrier(2)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for order in [[1, 2], [2, 1]] {
                group.addTask {
                    var runs = 0
                    try await pool.withTransaction { connection in
                        runs += 1
                        try await connection.query("SET LOCAL deadlock_timeout = '50ms'")
                        try await connection.query("UPDATE t SET n = n + 1 WHERE id = \(order[0])")
                        if runs == 1 { await barrier.arrive() }
                        try await connection.query("UPDATE t SET n = n + 1 WHERE id = \(order[1])")
                    }
                    return runs
                }
            }
            var runs = 0
            for try await more in group { runs += more }
            #expect(runs == 3)
        }
        let sums = try await pool.withConnection { try await $0.query("SELECT n FROM t").decode(as: Int.self) }
        #expect(sums == [2, 2])
        await pool.shutdown()
    }

    @Test func `other errors are not repeated, and the number of repetitions ends`() async throws {
        let pool = PostgresPool(configuration: try Database.current, size: 1)
        var runs = 0
        await #expect(throws: PostgresError.self) {
            try await pool.withTransaction { connection in
                runs += 1
                try await connection.query("SELECT 1/0")
            }
        }
        #expect(runs == 1)
        runs = 0
        let error = await #expect(throws: PostgresError.self) {
            try await pool.withTransaction(retrying: 2) { connection in
                runs += 1
                try await connection.execute("DO $$BEGIN RAISE SQLSTATE '40001'; END$$")
            }
        }
        #expect(error?.sqlState == .serializationFailure)
        #expect(runs == 3)
        await pool.shutdown()
    }
}

/// Holds those who arrive until all have.
actor Barrier {
    private let count: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) {
        self.count = count
    }

    func arrive() async {
        if waiting.count + 1 >= count {
            for other in waiting { other.resume() }
            waiting = []
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }
}
