package import Logging
package import Postgres

/// Where the lanes of a worker wait while the database is away. One of them probes, all go on together.
package actor OutageGate {
    private let pool: PostgresPool
    private let logger: Logger
    private var probe: Task<Void, Never>?
    /// Since when the database has been away; nil while it answers.
    package private(set) var since: ContinuousClock.Instant?

    package init(pool: PostgresPool, logger: Logger) {
        self.pool = pool
        self.logger = logger
    }

    /// Returns once the database answers again, or when the task is cancelled.
    package func pass() async {
        if probe == nil {
            since = .now
            logger.warning("the database is away; consuming waits for it")
            probe = Task { await self.knock() }
        }
        await probe?.value
    }

    private func knock() async {
        var pause = Duration.milliseconds(50)
        while !Task.isCancelled {
            do {
                _ = try await pool.withConnection { try await $0.query("SELECT 1") }
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
        if let since { logger.info("the database answers again", metadata: ["seconds": "\(since.duration(to: .now) / .seconds(1))"]) }
        since = nil
        probe = nil
    }
}
