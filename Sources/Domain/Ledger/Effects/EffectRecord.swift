package import FoundationEssentials
package import Postgres
package import Rights

/// An effect as it is stored. Words that only a newer version knows are left to it: ``kind`` is nil then.
package struct EffectRecord: Sendable, Hashable {
    package let id: UUID
    package let queue: String
    package let kind: EffectKind?
    package let target: String
    package let caseID: UUID?
    package let clientID: String?
    package let parameters: String
    package let waitsOnHold: Bool
    package let attemptsAllowed: Int
    package let plannedAt: Date
    package var state: EffectState
    package var attempts: Int
    /// How often it was leased: the number of the lease is its fencing token.
    package let leases: Int
    /// Machine time; see the table.
    package let nextAttemptAt: Date?
    package var isHeld: Bool
    /// Not wanted any more although a worker has it: it may finish, and is not tried again.
    package var isUnwanted: Bool
    package var outcome: String?
    package var cause: String?
    package var status: Int?
    package var endedAt: Date?
    /// What the last attempt at a target brought to light, as `TargetFindings` writes it.
    package var findings: String?

    package static let columns: SQL = """
        id, queue, kind, target_id, case_id, client_id, parameters, waits_on_hold, attempts_allowed, planned_at, state, attempts,
        leases, next_attempt_at, held_at IS NOT NULL AS is_held, unwanted_at IS NOT NULL AS is_unwanted, outcome, cause, status,
        ended_at, findings
        """

    /// All effects of these cases, in the order in which they were planned. The caller holds the cases' locks.
    package static func reading(of cases: [UUID]) -> SQL {
        "SELECT \(columns) FROM habeas.effect WHERE subject_id = ANY(\(cases)::uuid[]) ORDER BY id"
    }

    /// Locks those of these effects that have not begun. Whoever means to end them holds their cases' locks, and learns from it
    /// which a worker has taken into its hands meanwhile: a claim takes no lock of a case.
    package static func lockingPending(_ ids: [UUID]) -> SQL {
        """
        SELECT id FROM habeas.effect WHERE id = ANY(\(ids)::uuid[]) AND state IN ('planned', 'released', 'retrying')
         ORDER BY id FOR NO KEY UPDATE
        """
    }

    package init(row: Row) throws {
        id = try row.decode("id", as: UUID.self)
        queue = try row.decode("queue", as: String.self)
        kind = EffectKind(rawValue: try row.decode("kind", as: String.self))
        target = try row.decode("target_id", as: String.self)
        caseID = try row.decode("case_id", as: UUID?.self)
        clientID = try row.decode("client_id", as: String?.self)
        parameters = try row.decode("parameters", as: String.self)
        waitsOnHold = try row.decode("waits_on_hold", as: Bool.self)
        attemptsAllowed = try row.decode("attempts_allowed", as: Int.self)
        plannedAt = try row.decode("planned_at", as: Date.self)
        state = try Stored.word(try row.decode("state", as: String.self), "effect.state")
        attempts = try row.decode("attempts", as: Int.self)
        leases = try row.decode("leases", as: Int.self)
        nextAttemptAt = try row.decode("next_attempt_at", as: Date?.self)
        isHeld = try row.decode("is_held", as: Bool.self)
        isUnwanted = try row.decode("is_unwanted", as: Bool.self)
        outcome = try row.decode("outcome", as: String?.self)
        cause = try row.decode("cause", as: String?.self)
        status = try row.decode("status", as: Int?.self)
        endedAt = try row.decode("ended_at", as: Date?.self)
        findings = try row.decode("findings", as: String?.self)
    }

    /// One that this transaction has planned.
    ///
    /// - Parameter isHeld: whether its case is held and it waits for that.
    package init(_ planned: PlannedEffect, isHeld: Bool = false, at now: Date) {
        id = planned.id
        queue = planned.queue.rawValue
        kind = planned.kind
        target = planned.target
        caseID = planned.caseID
        clientID = planned.clientID
        parameters = planned.parameters
        waitsOnHold = planned.waitsOnHold
        attemptsAllowed = planned.attemptsAllowed
        plannedAt = now
        state = .planned
        attempts = 0
        leases = 0
        nextAttemptAt = planned.notBefore
        self.isHeld = isHeld
        isUnwanted = false
        outcome = nil
        cause = nil
        status = nil
        endedAt = nil
        findings = nil
    }
}
