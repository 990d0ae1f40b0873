import Postgres
import TestKit
import Testing

@Suite("A connection that is lost", .database)
struct LossTests {
    /// Ends the session of `victim` as soon as it is in the state asked for.
    private func terminate(_ process: Int, when condition: SQL) async throws {
        let killer = try await PostgresConnection.connect(try Database.current)
        let statement: SQL =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = \(Int32(process)) AND \(condition)"
        try await poll("the session reaches its state") { try await !killer.query(statement).isEmpty }
        await killer.close()
    }

    @Test func `in the middle of a statement the server says so, and nothing is left of it`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        let process = try await connection.processID
        async let end: Void = terminate(process, when: "state = 'active' AND query LIKE '%pg_sleep%'")
        let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT pg_sleep(20)") }
        try await end
        #expect(error?.code == .connectionLost)
        #expect(error?.sqlState == .adminShutdown)
        #expect(error?.isUndecided == false)
        #expect(error?.retryClass == .outage)
        #expect(!connection.isUsable)
    }

    @Test func `in the middle of a transaction nothing of it is left and that is certain`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        try await connection.execute("CREATE TABLE t (a bigint)")
        try await connection.begin()
        try await connection.query("INSERT INTO t VALUES (1)")
        try await terminate(try await connection.processID, when: "state = 'idle in transaction'")
        let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1") }
        #expect(error?.code == .connectionLost)
        #expect(error?.isUndecided == false)
        let other = try await PostgresConnection.connect(try Database.current)
        #expect(try await other.query("SELECT FROM t").isEmpty)
        await other.close()
    }

    @Test(arguments: [true, false]) func `in the middle of a commit it is undecided`(asPipeline: Bool) async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        try await connection.execute(
            """
            CREATE TABLE t (a bigint);
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(20); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION slow();
            """
        )
        let process = try await connection.processID
        async let end: Void = terminate(process, when: "wait_event = 'PgSleep'")
        let error = await #expect(throws: PostgresError.self) {
            if asPipeline {
                try await connection.pipeline(["BEGIN", "INSERT INTO t VALUES (1)", "COMMIT"])
            } else {
                try await connection.transaction { try await $0.query("INSERT INTO t VALUES (1)") }
            }
        }
        try await end
        #expect(error?.code == .connectionLost)
        #expect(error?.isUndecided == true)
        #expect(error?.isRetryable == false)
    }

    @Test func `between a commit and its answer it is undecided, and the work is there`() async throws {
        let direct = try Database.current
        let proxy = try DatabaseProxy(before: direct)
        let pool = PostgresPool(configuration: proxy.configuration(for: direct), size: 1)
        try await pool.withConnection { try await $0.execute("CREATE TABLE t (a bigint)") }
        proxy.swallowCommits()
        for value in 0..<3 {
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { try await $0.query("INSERT INTO t VALUES (\(value))") }
            }
            #expect(error?.code == .connectionLost)
            #expect(error?.isUndecided == true)
        }
        proxy.swallowCommits(false)
        let there = try await pool.withConnection {
            try await $0.query("SELECT a FROM t ORDER BY a").decode(as: Int.self)
        }
        #expect(there == [0, 1, 2])
        await pool.shutdown()
        proxy.close()
    }

    @Test func `a cut before the commit is certain`() async throws {
        let direct = try Database.current
        let proxy = try DatabaseProxy(before: direct)
        let connection = try await PostgresConnection.connect(proxy.configuration(for: direct))
        try await connection.begin()
        try await connection.query("SELECT 1")
        proxy.cut()
        let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 2") }
        #expect(error?.code == .connectionLost)
        #expect(error?.isUndecided == false)
        proxy.close()
    }
}

/// Tries again until `condition` holds, for at most twenty seconds.
func poll(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try await !condition() {
        try #require(ContinuousClock.now < deadline, "in vain: \(what)")
        try await Task.sleep(for: .milliseconds(5))
    }
}
