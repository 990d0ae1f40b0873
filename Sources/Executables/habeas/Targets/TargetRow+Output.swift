import FoundationEssentials
import Ledger
import Postgres

extension TargetRow {
    /// In few words, for a line about something else.
    var words: String {
        let parts = [state, since.map { "since \($0.short)" }, cause, nextTry.map { "next try \($0.short)" }]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    var json: JSONValue {
        [
            "target": .string(id), "client": JSONValue(client), "state": .string(state), "since": JSONValue(since),
            "cause": JSONValue(cause), "next_try_at": JSONValue(nextTry), "waiting": .integer(waiting),
            "circuit": .string(circuit), "last_cause": JSONValue(lastCause), "quiet_until": JSONValue(quietUntil),
            "paused_at": JSONValue(pausedAt), "paused_by": JSONValue(pausedBy), "pause_reason": JSONValue(pauseReason),
            "disabled_at": JSONValue(disabledAt), "disabled_cause": JSONValue(disabledCause),
            "in_flight": .integer(inFlight), "per_second": perSecond.map { .number($0) } ?? .null,
        ]
    }

    static func table(empty: String) -> TextTable {
        TextTable("TARGET", "STATE", "SINCE", "CAUSE", "NEXT TRY", "WAITING", "BY", empty: empty)
    }

    func add(to table: inout TextTable) {
        table.add(id, state, since?.short, cause, nextTry?.short, String(waiting), pausedAt == nil ? nil : pausedBy)
    }
}

extension TargetRow {
    /// Workers that people may want to pause by their names.
    private static let workers = ["intake", "referral", "export", "erasure", "breach", "clock", "gateway"]

    /// A mistyped target must not look like one without effects.
    static func require(_ name: String, on connection: PostgresConnection) async throws {
        let known = try await connection.query("SELECT FROM habeas.target WHERE id = \(name)")
        if known.isEmpty { throw try await unknown(name, on: connection) }
    }

    /// The refusal of a name that no target has, with those that may have been meant.
    static func unknown(_ name: String, on connection: PostgresConnection) async throws -> Failure {
        let worker = name.hasPrefix("habeas-") ? String(name.dropFirst("habeas-".count)) : name
        if workers.contains(worker) {
            return Failure(
                "target",
                "\(worker) is a worker, and workers are not paused from here",
                "stop its copies (SIGTERM), or scale it to zero: what is for it waits in its queue until one runs again"
            )
        }
        let ids = try await connection.query("SELECT id FROM habeas.target ORDER BY id").decode(
            column: 0,
            as: String.self
        )
        let near = NearNames(to: name, among: ids).names
        return Failure(
            "target",
            "no target has this name",
            near.isEmpty
                ? "see them all with `habeas pause`"
                : "perhaps \(near.joined(separator: " or ")) was meant; see them all with `habeas pause`"
        )
    }
}
