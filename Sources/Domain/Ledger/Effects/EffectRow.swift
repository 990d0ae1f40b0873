package import FoundationEssentials
package import Postgres

/// An outside effect as it is shown, with the words that are stored: also those that only a newer version knows.
package struct EffectRow: Sendable {
    package let id: UUID
    package let kind: String
    package let target: String
    package let queue: String
    package let client: String?
    package let request: UUID?
    package let state: String
    package let attempts: Int
    package let attemptsAllowed: Int
    package let plannedAt: Date
    /// Machine time.
    package let nextAttemptAt: Date?
    package let isHeld: Bool
    package let outcome: String?
    package let cause: String?
    package let status: Int?
    package let endedAt: Date?

    package static func select(_ rest: SQL) -> SQL {
        """
        SELECT e.id, e.kind, e.target_id, e.queue, e.client_id, e.case_id, e.state, e.attempts, e.attempts_allowed, e.planned_at,
               e.next_attempt_at, e.held_at IS NOT NULL AND e.state IN ('planned', 'retrying') AS is_held, e.outcome, e.cause,
               e.status, e.ended_at
          FROM habeas.effect e \(rest)
        """
    }

    /// Those of one case, in the order in which they were planned.
    package static func ofCase(_ id: UUID) -> SQL { select("WHERE e.subject_id = \(id) ORDER BY e.id") }

    package init(row: Row) throws {
        id = try row.decode("id", as: UUID.self)
        kind = try row.decode("kind", as: String.self)
        target = try row.decode("target_id", as: String.self)
        queue = try row.decode("queue", as: String.self)
        client = try row.decode("client_id", as: String?.self)
        request = try row.decode("case_id", as: UUID?.self)
        state = try row.decode("state", as: String.self)
        attempts = try row.decode("attempts", as: Int.self)
        attemptsAllowed = try row.decode("attempts_allowed", as: Int.self)
        plannedAt = try row.decode("planned_at", as: Date.self)
        nextAttemptAt = try row.decode("next_attempt_at", as: Date?.self)
        isHeld = try row.decode("is_held", as: Bool.self)
        outcome = try row.decode("outcome", as: String?.self)
        cause = try row.decode("cause", as: String?.self)
        status = try row.decode("status", as: Int?.self)
        endedAt = try row.decode("ended_at", as: Date?.self)
    }
}
