import Postgres
import TestKit
import Testing

@Suite("Statements that are to end early", .database)
struct CancellationTests {
    @Test func `cancelling the task ends the statement and the connection stays usable`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        let observer = try await PostgresConnection.connect(try Database.current)
        for _ in 0..<5 {
            let process = try await connection.processID
            let task = Task { try await connection.query("SELECT pg_sleep(20)") }
            let watch: SQL = "SELECT FROM pg_stat_activity WHERE pid = \(Int32(process)) AND wait_event = 'PgSleep'"
            try await poll("the statement runs") { try await !observer.query(watch).isEmpty }
            let start = ContinuousClock.now
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(error?.retryClass == .cancelled)
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(connection.isUsable)
            #expect(try await connection.query("SELECT 1").only.decode(0, as: Int.self) == 1)
        }
        await connection.close()
        await observer.close()
    }

    @Test func `a cancelled transaction is rolled back on a connection that goes on`() async throws {
        let pool = PostgresPool(configuration: try Database.current, size: 2)
        try await pool.withConnection { try await $0.execute("CREATE TABLE t (a bigint)") }
        let task = Task {
            try await pool.withTransaction { connection in
                try await connection.query("INSERT INTO t VALUES (1)")
                try await connection.query("SELECT pg_sleep(20)")
            }
        }
        try await poll("the statement runs") {
            try await pool.withConnection {
                try await !$0.query(
                    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
                ).isEmpty
            }
        }
        task.cancel()
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(pool.statistics.open == 2)
        #expect(try await pool.withConnection { try await $0.query("SELECT FROM t") }.isEmpty)
        await pool.shutdown()
    }

    @Test func `a task cancelled beforehand sends nothing`() async throws {
        let connection = try await PostgresConnection.connect(try Database.current)
        try await connection.execute("CREATE TABLE t (a bigint)")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await connection.query("INSERT INTO t VALUES (1)")
        }
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        #expect(try await connection.query("SELECT FROM t").isEmpty)
        await connection.close()
    }

    @Test func `the server's own limits end a statement and nothing else`() async throws {
        var configuration = try Database.current
        configuration.statementTimeout = .milliseconds(50)
        configuration.lockTimeout = .milliseconds(20)
        let connection = try await PostgresConnection.connect(configuration)
        let slow = await #expect(throws: PostgresError.self) { try await connection.query("SELECT pg_sleep(20)") }
        #expect(slow?.code == .server(.queryCanceled))
        #expect(connection.isUsable)
        let holder = try await PostgresConnection.connect(try Database.current)
        try await holder.execute("CREATE TABLE t (a bigint)")
        try await holder.begin()
        try await holder.query("LOCK TABLE t")
        let locked = await #expect(throws: PostgresError.self) { try await connection.query("SELECT FROM t") }
        #expect(locked?.code == .server(.lockNotAvailable))
        await connection.close()
        await holder.close()
    }

    @Test func `an answer that does not come in time is given up, and the statement with it`() async throws {
        var configuration = try Database.current
        configuration.responseTimeout = .milliseconds(100)
        let connection = try await PostgresConnection.connect(configuration)
        let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT pg_sleep(20)") }
        #expect(error?.code == .timeout)
        #expect(error?.retryClass == .outage)
        #expect(connection.isUsable)
        #expect(try await connection.query("SELECT 1").only.decode(0, as: Int.self) == 1)
        await connection.close()
    }

    @Test func `a server that does not even answer to that costs the connection, after its own limit`() async throws {
        let silent = try SilentServer()
        var configuration = try Database.current
        configuration.hosts = [.init(name: "127.0.0.1", port: silent.port)]
        configuration.connectTimeout = .milliseconds(200)
        let start = ContinuousClock.now
        let error = await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .connectFailed)
        #expect(error?.description.contains("no answer within") == true)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func `connecting ends when its task is cancelled`() async throws {
        let silent = try SilentServer()
        var configuration = try Database.current
        configuration.hosts = [.init(name: "127.0.0.1", port: silent.port)]
        configuration.connectTimeout = .seconds(60)
        let hanging = configuration
        let task = Task { try await PostgresConnection.connect(hanging) }
        try await poll("the connection is being made") { silent.hasVisitor }
        task.cancel()
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }
}
