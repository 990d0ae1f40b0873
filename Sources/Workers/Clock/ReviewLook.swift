import Fleet
import FoundationEssentials
package import Logging
package import Observability
package import Postgres
import Rights
import ServiceLifecycle

/// Looks now and then at what waits for a person: counts it for the gauges, and takes back what no case needs any more. By any
/// number of copies.
package struct ReviewLook: Service {
    /// Reviews in one transaction.
    private static let chunk = 500
    private static let finals = CaseState.allCases.filter(\.isFinal).map(\.rawValue)

    private let pool: PostgresPool
    private let harvest: HarvestLook
    private let gauges: ReviewGauges
    private let interval: Duration
    private let logger: Logger

    package init(
        pool: PostgresPool,
        harvest: HarvestLook,
        metrics: MetricsRegistry,
        interval: Duration = .seconds(60),
        logger: Logger
    ) {
        self.pool = pool
        self.harvest = harvest
        self.interval = interval
        self.logger = logger
        gauges = ReviewGauges(metrics)
    }

    package func run() async throws {
        await Rounds.run(every: interval, "the look at reviews waits", logger) {
            try await once()
            return false
        }
    }

    /// One round. Each step is short and safe to repeat.
    package func once() async throws {
        let noticed = try await harvest.look()
        if noticed > 0 {
            gauges.harvests.increment(by: UInt64(noticed))
            logger.warning(
                "many access requests from one publisher or about one person: a person has to look",
                metadata: .keys([.kind: "\(ReviewKind.harvest.rawValue)", .count: "\(noticed)"])
            )
        }
        while try await takeBack() == Self.chunk {}
        try await count()
    }

    /// A case that has ended needs nobody's word any more. It never begins again, so that a look is as good as its lock.
    private func takeBack() async throws -> Int {
        try await pool.withConnection { connection in
            try await connection.query(
                """
                UPDATE habeas.review SET settled_at = habeas.domain_now(), verdict = 'moot'
                 WHERE id IN (SELECT r.id FROM habeas.review r JOIN habeas.case_file c ON c.id = r.case_id
                               WHERE r.settled_at IS NULL AND c.state = ANY(\(Self.finals)::text[])
                               LIMIT \(Self.chunk) FOR NO KEY UPDATE OF r SKIP LOCKED)
                RETURNING id
                """
            ).count
        }
    }

    private func count() async throws {
        let results = try await pool.withConnection { connection in
            try await connection.pipeline([
                """
                SELECT kind, count(*)::int8, count(*) FILTER (WHERE due_at < habeas.domain_now())::int8
                  FROM habeas.review WHERE settled_at IS NULL GROUP BY kind
                """,
                """
                SELECT count(*)::int8, count(*) FILTER (WHERE d.due_at < habeas.domain_now())::int8
                  FROM habeas.parked_message p JOIN habeas.deadline d ON d.subject_id = p.id AND d.clock = 'triage'
                 WHERE p.state = 'open'
                """,
                "SELECT count(*)::int8 FROM habeas.export_wait",
            ])
        }
        let reviews = try results[0].decode(String.self, Int.self, Int.self)
        let (open, overdue) = try results[1].only.decode(Int.self, Int.self)
        gauges.copies.set(Double(try results[2].only.decode(0, as: Int.self)))
        gauges.set(reviews: reviews.map { (kind: $0.0, open: $0.1, overdue: $0.2) }, triage: (open, overdue))
    }
}
