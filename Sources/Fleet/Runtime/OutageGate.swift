package import Logging
package import Postgres

/// Where the lanes of a worker wait while the database is away. One of them probes, all go on together.
package actor OutageGate {
    private let pool: PostgresPool
    private let logger: Logger
    private var probe: Task<Void, Never>?
    private var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    private var nextWaiter: UInt64 = 0
    /// Since when the database has been away; nil while it answers.
    package private(set) var since: ContinuousClock.Instant?
    /// The SQLSTATE with which the database refuses all work; nil while it takes it.
    package private(set) var refusal: String?

    package init(pool: PostgresPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// Returns once the database answers again, or when the task is cancelled: a shutdown does not wait for a database.
    package func pass() async {
        if probe == nil {
            since = .now
            logger.warning("the database is away; consuming waits for it")
            probe = Task { await self.knock() }
        }
        let id = nextWaiter
        nextWaiter += 1
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { continuation.resume() } else { waiters[id] = continuation }
            }
        } onCancel: {
            Task { await self.leave(id) }
        }
    }

    /// The database answers, and refuses the worker's statements for a reason no message has.
    package func refused(code: String) { refusal = code }

    /// Work that was refused has been taken.
    package func accepted() { refusal = nil }

    private func leave(_ id: UInt64) { waiters.removeValue(forKey: id)?.resume() }

    private func knock() async {
        var pause = Duration.milliseconds(50)
        while !Task.isCancelled {
            do {
                _ = try await pool.withConnection { try await $0.query("SELECT 1") }
                break
            } catch let error as PostgresError where error.code == .closed {
                // The worker has ended; nobody waits any more.
                break
            } catch {
                // The reason was logged when the outage began; only its end is news.
                pause = min(pause * 2, .seconds(2))
            }
            do {
                try await Task.sleep(for: pause * Double.random(in: 0.5...1))
            } catch {
                break
            }
        }
        if let since {
            logger.info(
                "the database answers again",
                metadata: ["seconds": "\(since.duration(to: .now) / .seconds(1))"]
            )
        }
        since = nil
        probe = nil
        for waiter in waiters.values { waiter.resume() }
        waiters = [:]
    }
}
