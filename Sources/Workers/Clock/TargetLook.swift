import FoundationEssentials
package import Logging
package import Observability
package import Postgres
import ServiceLifecycle

/// Looks every few seconds at the places that effects go to, and counts for the gauges those that take no calls, and what is
/// parked. By any number of copies.
package struct TargetLook: Service {
    private let pool: PostgresPool
    private let open: Gauge
    private let paused: Gauge
    private let disabled: Gauge
    private let parked: Gauge
    private let interval: Duration
    private let logger: Logger

    package init(
        pool: PostgresPool,
        metrics: MetricsRegistry,
        interval: Duration = .seconds(5),
        logger: Logger
    ) {
        self.pool = pool
        open = metrics.gauge(TargetMetrics.targets, "open")
        paused = metrics.gauge(TargetMetrics.targets, "paused")
        disabled = metrics.gauge(TargetMetrics.targets, "disabled")
        parked = metrics.gauge(TargetMetrics.parked)
        self.interval = interval
        self.logger = logger
    }

    package func run() async throws {
        await Rounds.run(every: interval, "the look at targets waits", logger) {
            try await once()
            return false
        }
    }

    /// One round.
    package func once() async throws {
        let found = try await pool.withConnection { connection in
            // There are a few targets a client; what is parked has an index of its own.
            try await connection.query(
                """
                SELECT count(*) FILTER (WHERE circuit <> 'closed')::int8, count(*) FILTER (WHERE paused_at IS NOT NULL)::int8,
                       count(*) FILTER (WHERE disabled_at IS NOT NULL)::int8,
                       (SELECT count(*) FROM habeas.effect WHERE state = 'parked')::int8
                  FROM habeas.target
                """
            ).only.decode(Int.self, Int.self, Int.self, Int.self)
        }
        open.set(Double(found.0))
        paused.set(Double(found.1))
        disabled.set(Double(found.2))
        parked.set(Double(found.3))
    }
}
