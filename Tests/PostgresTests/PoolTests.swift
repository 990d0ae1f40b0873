import TestKit
import Testing
import Threads

@testable import Postgres

@Suite("The pool", .database)
struct PoolTests {
    @Test func `many tasks share few connections, one at a time each`() async throws {
        let pool = PostgresPool(configuration: try Database.current, size: 3, acquireTimeout: .seconds(60))
        let use = Locked((now: 0, most: 0))
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask {
                    try await pool.withConnection { connection in
                        use.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                        defer { use.withLock { $0.now -= 1 } }
                        return try await connection.query("SELECT \(number)").only.decode(0, as: Int.self)
                    }
                }
            }
            var sum = 0
            for try await number in group { sum += number }
            #expect(sum == 199 * 100)
        }
        #expect((1...3).contains(use.withLock { $0.most }))
        #expect(pool.statistics == .init(open: 3, idle: 3, waiting: 0))
        await pool.shutdown()
        #expect(pool.statistics.open == 0)
    }

    @Test func `who waits too long gets an error that says so, and the pool goes on`() async throws {
        let pool = PostgresPool(configuration: try Database.current, size: 1, acquireTimeout: .milliseconds(50))
        try await pool.withConnection { _ in
            let error = await #expect(throws: PostgresError.self) { try await pool.withConnection { _ in } }
            #expect(error?.code == .poolTimeout)
            #expect(error?.retryClass == .outage)
        }
        #expect(pool.statistics == .init(open: 1, idle: 1, waiting: 0))
        try await pool.withConnection { try await $0.query("SELECT 1") }
        await pool.shutdown()
    }

    @Test func `who is cancelled while waiting leaves the queue`() async throws {
        let pool = PostgresPool(configuration: try Database.current, size: 1)
        try await pool.withConnection { _ in
            let task = Task { try await pool.withConnection { _ in } }
            try await poll("the task waits") { pool.statistics.waiting == 1 }
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(pool.statistics.waiting == 0)
        }
        await pool.shutdown()
    }

    @Test func `broken connections are replaced, in use and at rest`() async throws {
        let pool = PostgresPool(configuration: try Database.current, size: 2)
        let killer = try await PostgresConnection.connect(try Database.current)
        let process = try await pool.withConnection { try await $0.processID }
        await #expect(throws: PostgresError.self) {
            try await pool.withConnection { connection in
                try await killer.query("SELECT pg_terminate_backend(\(Int32(process)), 5000)")
                try await connection.query("SELECT 1")
            }
        }
        #expect(pool.statistics.open == 0)
        let second = try await pool.withConnection { try await $0.processID }
        #expect(second != process)
        try await killer.query("SELECT pg_terminate_backend(\(Int32(second)), 5000)")
        // A connection is looked at again after it has rested for a second.
        let rested = ContinuousClock.now + .milliseconds(1100)
        try await poll("the connection has rested") { ContinuousClock.now > rested }
        let third = try await pool.withConnection {
            try await $0.query("SELECT pg_backend_pid()").only.decode(0, as: Int.self)
        }
        #expect(third != second)
        await pool.shutdown()
        await killer.close()
    }

    @Test func `a transaction left open is rolled back before the connection is lent again`() async throws {
        let pool = PostgresPool(configuration: try Database.current, size: 1)
        try await pool.withConnection { connection in
            try await connection.execute("CREATE TABLE t (a bigint)")
            try await connection.query("BEGIN")
            try await connection.query("INSERT INTO t VALUES (1)")
        }
        let rows = try await pool.withConnection { connection in
            #expect(await !connection.isInTransaction)
            return try await connection.query("SELECT FROM t")
        }
        #expect(rows.isEmpty)
        await pool.shutdown()
    }

    @Test func `a server that cannot be reached fails every waiter and fills no place`() async throws {
        var configuration = try Database.current
        configuration.hosts = [.init(name: "127.0.0.1", port: 1)]
        let pool = PostgresPool(configuration: configuration, size: 2, acquireTimeout: .seconds(5))
        await withTaskGroup(of: PostgresError?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        try await pool.withConnection { _ in }
                        return nil
                    } catch {
                        return error as? PostgresError
                    }
                }
            }
            for await error in group { #expect(error?.code == .connectFailed) }
        }
        #expect(pool.statistics == .init(open: 0, idle: 0, waiting: 0))
        await pool.shutdown()
    }

    @Test func `shutting down waits for what is lent and refuses the rest`() async throws {
        let pool = PostgresPool(configuration: try Database.current, size: 1)
        let entered = Barrier(2)
        let leave = Barrier(2)
        let holder = Task {
            try await pool.withConnection { connection in
                await entered.arrive()
                await leave.arrive()
                try await connection.query("SELECT 1")
            }
        }
        await entered.arrive()
        let waiter = Task { try await pool.withConnection { _ in } }
        try await poll("a task waits") { pool.statistics.waiting == 1 }
        let end = Task { await pool.shutdown() }
        let error = await #expect(throws: PostgresError.self) { try await waiter.value }
        #expect(error?.code == .closed)
        #expect(pool.statistics.open == 1)
        await leave.arrive()
        try await holder.value
        await end.value
        #expect(pool.statistics.open == 0)
        await #expect(throws: PostgresError.self) { try await pool.withConnection { _ in } }
    }

    @Test func `a storm of starts and stops leaves no session and no thread behind`() async throws {
        let observer = try await PostgresConnection.connect(try Database.current)
        let sessions: SQL = """
            SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
            """
        for _ in 0..<20 {
            let pool = PostgresPool(configuration: try Database.current, size: 4)
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    let task = Task { try await pool.withTransaction { try await $0.query("SELECT \(number)") } }
                    if number % 3 == 0 { task.cancel() }
                    group.addTask { _ = await task.result }
                }
                group.addTask { await pool.shutdown() }
            }
        }
        try await poll("all sessions end") { try await observer.query(sessions).isEmpty }
        await observer.close()
    }
}
