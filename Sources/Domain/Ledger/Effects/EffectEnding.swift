package import FoundationEssentials
package import Postgres

/// What came of one attempt, on its way into the tables. Written only while its lease is still the last one given.
package struct EffectEnding: Sendable {
    package let id: UUID
    package let token: Int
    package let worker: String
    package let startedAt: Date?
    package let endedAt: Date
    /// The effect's new state: at its end, or waiting for its next attempt.
    package let state: EffectState
    /// Whether it counts as an attempt; one that never began does not.
    package let counts: Bool
    /// Machine time of the next attempt, where there is to be one.
    package let nextAttemptAt: Date?
    /// When it came to its end, in domain time.
    package let finishedAt: Date?
    package let outcome: String
    package let cause: String?
    package let status: Int?
    package let mayHaveActed: Bool
    /// What a target brought to light; nil leaves what an earlier attempt has.
    package let findings: String?

    package init(
        id: UUID,
        token: Int,
        worker: String,
        startedAt: Date?,
        endedAt: Date,
        state: EffectState,
        counts: Bool,
        nextAttemptAt: Date?,
        finishedAt: Date?,
        outcome: String,
        cause: String?,
        status: Int?,
        mayHaveActed: Bool,
        findings: String? = nil
    ) {
        self.id = id
        self.token = token
        self.worker = worker
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.state = state
        self.counts = counts
        self.nextAttemptAt = nextAttemptAt
        self.finishedAt = finishedAt
        self.outcome = outcome
        self.cause = cause
        self.status = status
        self.mayHaveActed = mayHaveActed
        self.findings = findings
    }

    /// Locks those of the leases that still hold, and says which they are and whether somebody has stopped wanting them: a
    /// successor's word counts alone.
    package static func owned(_ leases: [(id: UUID, token: Int)]) -> SQL {
        """
        SELECT e.id, e.leases, e.unwanted_at IS NOT NULL FROM habeas.effect e
          JOIN unnest(\(leases.map(\.id))::uuid[], \(leases.map { Int32($0.token) })::int4[]) AS n (id, token) ON e.id = n.id
         WHERE \(EffectLease.isLeased) AND e.leases = n.token ORDER BY e.id FOR NO KEY UPDATE OF e
        """
    }

    package static func statements(_ endings: [EffectEnding]) -> [SQL] {
        guard !endings.isEmpty else { return [] }
        return [
            """
            UPDATE habeas.effect AS e
               SET state = n.state, attempts = e.attempts + CASE WHEN n.counts THEN 1 ELSE 0 END, next_attempt_at = n.next_attempt_at,
                   ended_at = n.finished_at, outcome = n.outcome, cause = n.cause, status = n.status,
                   findings = coalesce(n.findings, e.findings)
              FROM unnest(\(endings.map(\.id))::uuid[], \(endings.map { Int32($0.token) })::int4[], \(endings.map(\.state.rawValue))::text[],
                     \(endings.map(\.counts))::bool[], \(endings.map(\.nextAttemptAt))::timestamptz[],
                     \(endings.map(\.finishedAt))::timestamptz[], \(endings.map(\.outcome))::text[], \(endings.map(\.cause))::text[],
                     \(endings.map { $0.status.map(Int32.init) })::int4[], \(endings.map(\.findings))::text[])
                AS n (id, token, state, counts, next_attempt_at, finished_at, outcome, cause, status, findings)
             WHERE e.id = n.id AND \(EffectLease.isLeased) AND e.leases = n.token
            """,
            """
            INSERT INTO habeas.effect_attempt (effect_id, token, worker, started_at, ended_at, outcome, cause, status, may_have_acted)
            SELECT * FROM unnest(\(endings.map(\.id))::uuid[], \(endings.map { Int32($0.token) })::int4[], \(endings.map(\.worker))::text[],
              \(endings.map(\.startedAt))::timestamptz[], \(endings.map(\.endedAt))::timestamptz[], \(endings.map(\.outcome))::text[],
              \(endings.map(\.cause))::text[], \(endings.map { $0.status.map(Int32.init) })::int4[],
              \(endings.map(\.mayHaveActed))::bool[])
            """,
        ]
    }
}
