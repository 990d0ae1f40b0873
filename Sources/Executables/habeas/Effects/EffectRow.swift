import FoundationEssentials
import Ledger
import Postgres

/// An outside effect as it is shown, with the words that are stored: also those that only a newer version knows.
struct EffectRow {
    let id: UUID
    let kind: String
    let target: String
    let queue: String
    let client: String?
    let request: UUID?
    let state: String
    let attempts: Int
    let attemptsAllowed: Int
    let plannedAt: Date
    /// Machine time.
    let nextAttemptAt: Date?
    let isHeld: Bool
    let outcome: String?
    let cause: String?
    let status: Int?
    let endedAt: Date?

    static func select(_ rest: SQL) -> SQL {
        """
        SELECT e.id, e.kind, e.target_id, e.queue, e.client_id, e.case_id, e.state, e.attempts, e.attempts_allowed, e.planned_at,
               e.next_attempt_at, e.held_at IS NOT NULL AND e.state IN ('planned', 'retrying') AS is_held, e.outcome, e.cause,
               e.status, e.ended_at
          FROM habeas.effect e \(rest)
        """
    }

    /// Those of one case, in the order in which they were planned.
    static func ofCase(_ id: UUID) -> SQL { select("WHERE e.subject_id = \(id) ORDER BY e.id") }

    init(row: Row) throws {
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

    /// When something happened to it last, or happens next.
    var when: Date { endedAt ?? nextAttemptAt ?? plannedAt }

    /// `retrying, 2 of 10 attempts, http_503`
    var note: String {
        let parts = [
            state + (isHeld ? ", held" : ""), "\(attempts) of \(attemptsAllowed) attempts",
            cause.flatMap { $0.isEmpty ? nil : $0 }, endedAt == nil ? nextAttemptAt.map { "until \($0.short)" } : nil,
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    var json: JSONValue { .object(members) }

    var members: [(String, JSONValue)] {
        [
            ("id", JSONValue(id)), ("kind", .string(kind)), ("target", .string(target)), ("queue", .string(queue)),
            ("client", JSONValue(client)), ("request", JSONValue(request)), ("state", .string(state)),
            ("held", .bool(isHeld)), ("attempts", .integer(attempts)), ("attempts_allowed", .integer(attemptsAllowed)),
            ("planned_at", JSONValue(plannedAt)), ("next_attempt_at", JSONValue(nextAttemptAt)),
            ("outcome", JSONValue(outcome)), ("cause", JSONValue(cause)), ("status", JSONValue(status)),
            ("ended_at", JSONValue(endedAt)),
        ]
    }

    static func table(empty: String) -> TextTable {
        TextTable(
            "EFFECT",
            "KIND",
            "TARGET",
            "STATE",
            "ATTEMPTS",
            "WHEN",
            "CAUSE",
            "CLIENT",
            "REQUEST",
            empty: empty
        )
    }

    func add(to table: inout TextTable) {
        table.add(
            id.text,
            kind,
            target,
            state + (isHeld ? ", held" : ""),
            "\(attempts) of \(attemptsAllowed)",
            when.short,
            cause,
            client,
            request?.text
        )
    }
}
