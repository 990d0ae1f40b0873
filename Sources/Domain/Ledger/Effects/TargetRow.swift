package import FoundationEssentials
package import Postgres

/// A target as people see it: whether it takes calls, and if not, since when, why and until when.
package struct TargetRow: Sendable {
    package let id: String
    package let client: String?
    package let inFlight: Int
    package let perSecond: Double?
    package let circuit: String
    package let circuitSince: Date?
    package let circuitUntil: Date?
    package let lastCause: String?
    /// The peer asked to be left alone until then; nil where that is over.
    package let quietUntil: Date?
    package let pausedAt: Date?
    package let pausedBy: String?
    package let pauseReason: String?
    package let disabledAt: Date?
    package let disabledCause: String?
    /// Effects that wait for it, holds apart.
    package let waiting: Int

    package static func select(_ rest: SQL) -> SQL {
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
    package static let inTrouble: SQL = """
        WHERE t.circuit <> 'closed' OR t.paused_at IS NOT NULL OR t.disabled_at IS NOT NULL OR t.quiet_until > now()
        ORDER BY t.id
        """

    package init(row: Row) throws {
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
    package var state: String {
        if disabledAt != nil { return "disabled" }
        if pausedAt != nil { return "paused" }
        if circuit != "closed" { return circuit }
        return quietUntil == nil ? "ok" : "quiet"
    }

    package var since: Date? { disabledAt ?? pausedAt ?? circuitSince }

    package var cause: String? {
        switch state {
        case "disabled": disabledCause
        case "paused": pauseReason
        case "open", "probing": lastCause
        case "quiet": "the peer asked for quiet"
        default: nil
        }
    }

    /// When the next call may go; nil where it waits for a person, or for nothing.
    package var nextTry: Date? {
        disabledAt != nil || pausedAt != nil
            ? nil : [circuit == "closed" ? nil : circuitUntil, quietUntil].compactMap { $0 }.max()
    }
}
