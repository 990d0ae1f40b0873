import Fleet
import FoundationEssentials
import Ledger
package import Logging
package import Postgres
import Rights
import ServiceLifecycle

/// Writes down once a minute how much waits and how long, for the plots of the console. Any number of copies: whoever comes first
/// in a minute does it.
package struct FigureSampling: Service {
    private let pool: PostgresPool
    private let interval: Duration
    private let logger: Logger

    package init(pool: PostgresPool, interval: Duration = .seconds(15), logger: Logger) {
        self.pool = pool
        self.interval = interval
        self.logger = logger
    }

    package func run() async throws {
        await Rounds.run(every: interval, "the sampling of figures waits", logger) {
            try await once()
            return false
        }
    }

    /// One round; answers whether it wrote this minute's figures.
    @discardableResult
    package func once() async throws -> Bool {
        try await pool.withConnection { connection in
            // Copies look at the same moment: all but one find it done, or being done.
            guard try await !connection.query(FigureSample.isTaken).only.decode(0, as: Bool.self) else { return false }
            return try await connection.transaction { connection in
                let mine = try await connection.query(
                    "SELECT pg_try_advisory_xact_lock(hashtext('habeas.figure_sample'))"
                ).only.decode(0, as: Bool.self)
                guard mine else { return false }
                let results = try await connection.pipeline([
                    FigureSample.take(at: WorkQueue.allCases.map(\.rawValue)), FigureSample.forget,
                ])
                return !results[0].isEmpty
            }
        }
    }
}
