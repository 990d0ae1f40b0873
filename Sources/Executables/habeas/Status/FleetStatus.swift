import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What one look at the database says about the fleet, in one snapshot.
struct FleetStatus {
    struct Clock {
        let subject: UUID
        let client: String?
        let clock: String
        let dueAt: Date
    }

    let now: Date
    let isPlay: Bool
    let topologyDigest: String?
    let schemaVersion: Int
    let schemaFault: String?
    let cases: [(state: String, count: Int)]
    let parked: [(fault: String, field: String, count: Int)]
    let outbox: [(state: String, count: Int)]
    let oldestPending: Duration?
    let waiting: Int
    let unsealed: Int
    let overdue: Int
    let atRisk: Int
    let next: [Clock]
    /// The last year that holidays are known for at every client's place; nil where no client has one.
    let holidaysUntil: Int?
    /// What waits for a person, by kind.
    let reviews: [OpenReviews]
    /// Copies that are not begun before somebody has looked at many requests (A6).
    let waitingCopies: Int
    let effects: EffectStatus
    let work: WorkStatus

    init(on connection: PostgresConnection) async throws {
        let schema = try await Migrator.ledger().status(connection)
        schemaVersion = schema.applied.last?.number ?? 0
        schemaFault =
            schema.fault?.description ?? schema.pending.first.map { "migration \($0.number) (\($0.name)) is missing" }
        guard schemaVersion > 0 else {
            throw Failure("database", "has no schema yet", "run habeas migrate up", status: .configuration)
        }
        let results: [Rows]
        (results, work) = try await connection.transaction { connection in
            let results = try await connection.pipeline(FleetStatus.questions + EffectStatus.questions)
            return (results, try await WorkStatus(on: connection))
        }
        (now, isPlay, topologyDigest) = try results[1].only.decode(Date.self, Bool.self, String?.self)
        cases = try results[2].decode(String.self, Int.self).map { (state: $0.0, count: $0.1) }
        parked = try results[3].decode(String.self, String.self, Int.self).map {
            (fault: $0.0, field: $0.1, count: $0.2)
        }
        outbox = try results[4].decode(String.self, Int.self).map { (state: $0.0, count: $0.1) }
        oldestPending = try results[5].only.decode(0, as: Double?.self).map { .milliseconds(Int($0 * 1_000)) }
        (overdue, atRisk) = try results[6].only.decode(Int.self, Int.self)
        next = try results[7].map { row in
            let (subject, client, clock, dueAt) = try row.decode(UUID.self, String?.self, String.self, Date.self)
            return Clock(subject: subject, client: client, clock: clock, dueAt: dueAt)
        }
        (waiting, unsealed) = try results[8].only.decode(Int.self, Int.self)
        holidaysUntil = try results[9].only.decode(0, as: Int?.self)
        reviews = try results[10].map(OpenReviews.init)
        waitingCopies = try results[11].only.decode(0, as: Int.self)
        effects = try EffectStatus(results[FleetStatus.questions.count...])
    }

    private static var questions: [SQL] {
        [
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
            "SELECT habeas.domain_now(), play, topology_digest FROM habeas.installation",
            "SELECT state, count(*)::int8 FROM habeas.case_file GROUP BY state ORDER BY 2 DESC, 1",
            """
            SELECT fault, field, count(*)::int8 FROM habeas.parked_message WHERE state = 'open'
             GROUP BY fault, field ORDER BY 3 DESC, 1, 2
            """,
            """
            SELECT 'pending', count(*)::int8 FROM habeas.outbox_pending
            UNION ALL
            SELECT 'undelivered', coalesce(sum(cardinality(ids)), 0)::int8 FROM habeas.outbox_settlement WHERE state = 'undelivered'
            """,
            "SELECT extract(epoch FROM clock_timestamp() - min(created_at))::float8 FROM habeas.outbox_pending",
            OwedClock.counts,
            """
            SELECT subject_id, client_id, clock, due_at FROM habeas.deadline
             WHERE next_at IS NOT NULL AND due_at IS NOT NULL ORDER BY next_at LIMIT 5
            """,
            """
            SELECT (SELECT count(*) FROM habeas.early_event)::int8, (SELECT count(*) FROM habeas.evidence_unsealed)::int8
            """,
            """
            SELECT min(last_year) FROM habeas.holiday_calendar h
             WHERE place IN (SELECT country FROM habeas.client UNION SELECT split_part(country, '-', 1) FROM habeas.client)
            """,
            OpenReviews.reading,
            "SELECT count(*)::int8 FROM habeas.export_wait",
        ]
    }
}
