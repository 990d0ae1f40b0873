import FoundationEssentials
import Postgres

/// A target as people see it: whether it takes calls, and if not, since when, why and until when.
struct TargetRow {
    let id: String
    let client: String?
    let inFlight: Int
    let perSecond: Double?
    let circuit: String
    let circuitSince: Date?
    let circuitUntil: Date?
    let lastCause: String?
    /// The peer asked to be left alone until then; nil where that is over.
    let quietUntil: Date?
    let pausedAt: Date?
    let pausedBy: String?
    let pauseReason: String?
    let disabledAt: Date?
    let disabledCause: String?
    /// Effects that wait for it, holds apart.
    let waiting: Int

    static func select(_ rest: SQL) -> SQL {
        """
        SELECT t.id, t.client_id, t.in_flight, t.per_second, t.circuit, t.circuit_since, t.circuit_until, t.last_cause,
               CASE WHEN t.quiet_until > now() THEN t.quiet_until END AS quiet_until, t.paused_at, t.paused_by::text, t.pause_reason,
               t.disabled_at, t.disabled_cause,
               (SELECT count(*) FROM habeas.effect e
                 WHERE e.target_id = t.id AND e.state IN ('planned', 'retrying') AND e.held_at IS NULL)::int8 AS waiting
          FROM habeas.target t \(rest)
        """
    }

    /// Those that do not take calls as they should.
    static let inTrouble: SQL = """
        WHERE t.circuit <> 'closed' OR t.paused_at IS NOT NULL OR t.disabled_at IS NOT NULL OR t.quiet_until > now()
        ORDER BY t.id
        """

    init(row: Row) throws {
        id = try row.decode("id", as: String.self)
        client = try row.decode("client_id", as: String?.self)
        inFlight = try row.decode("in_flight", as: Int.self)
        perSecond = try row.decode("per_second", as: Double?.self)
        circuit = try row.decode("circuit", as: String.self)
        circuitSince = try row.decode("circuit_since", as: Date?.self)
        circuitUntil = try row.decode("circuit_until", as: Date?.self)
        lastCause = try row.decode("last_cause", as: String?.self)
        quietUntil = try row.decode("quiet_until", as: Date?.self)
        pausedAt = try row.decode("paused_at", as: Date?.self)
        pausedBy = try row.decode("paused_by", as: String?.self)
        pauseReason = try row.decode("pause_reason", as: String?.self)
        disabledAt = try row.decode("disabled_at", as: Date?.self)
        disabledCause = try row.decode("disabled_cause", as: String?.self)
        waiting = try row.decode("waiting", as: Int.self)
    }

    /// What keeps it from taking calls, the most binding first; `ok` where nothing does.
    var state: String {
        if disabledAt != nil { return "disabled" }
        if pausedAt != nil { return "paused" }
        if circuit != "closed" { return circuit }
        return quietUntil == nil ? "ok" : "quiet"
    }

    var since: Date? { disabledAt ?? pausedAt ?? circuitSince }

    var cause: String? {
        switch state {
        case "disabled": disabledCause
        case "paused": pauseReason
        case "open", "probing": lastCause
        case "quiet": "the peer asked for quiet"
        default: nil
        }
    }

    /// When the next call may go; nil where it waits for a person, or for nothing.
    var nextTry: Date? {
        disabledAt != nil || pausedAt != nil
            ? nil : [circuit == "closed" ? nil : circuitUntil, quietUntil].compactMap { $0 }.max()
    }

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
