import FoundationEssentials
import Ledger

extension EffectRow {
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
