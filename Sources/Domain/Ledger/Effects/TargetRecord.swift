package import FoundationEssentials
package import Postgres

/// A target as it is stored, with what is under way at it. Times are machine time; whoever reads it to decide holds its lock.
package struct TargetRecord: Sendable, Hashable {
    package enum Circuit: String, Sendable, Hashable, CaseIterable {
        /// Calls go.
        case closed
        /// None goes until a time.
        case open
        /// One goes, to see.
        case probing
    }

    package let id: String
    package let clientID: String?
    package let inFlight: Int
    package let perSecond: Double?
    package var nextSlotAt: Date
    package var quietUntil: Date?
    package var failures: Int
    package var circuit: Circuit
    package var openings: Int
    /// Since when the circuit is not closed.
    package var circuitSince: Date?
    package var circuitUntil: Date?
    package var lastCause: String?
    package let isPaused: Bool
    package var disabledAt: Date?
    package var disabledCause: String?
    /// Effects with a live lease that are being called, or may be at any moment.
    package var live: Int
    /// Effects with a live lease that wait in a worker's hand for one of these to end.
    package var ahead: Int

    package init(
        id: String,
        clientID: String? = nil,
        inFlight: Int = 4,
        perSecond: Double? = nil,
        isPaused: Bool = false,
        live: Int = 0,
        ahead: Int = 0
    ) {
        self.id = id
        self.clientID = clientID
        self.inFlight = inFlight
        self.perSecond = perSecond
        nextSlotAt = Date(timeIntervalSince1970: 0)
        quietUntil = nil
        failures = 0
        circuit = .closed
        openings = 0
        circuitSince = nil
        circuitUntil = nil
        lastCause = nil
        self.isPaused = isPaused
        disabledAt = nil
        disabledCause = nil
        self.live = live
        self.ahead = ahead
    }

    /// Locks targets, in the one order in which everybody does. What stands in them is read by a statement after this one,
    /// since a statement that waited for a lock counts as of before.
    package static func locking(_ ids: [String]) -> SQL {
        "SELECT FROM habeas.target WHERE id = ANY(\(ids)::text[]) ORDER BY id FOR NO KEY UPDATE"
    }

    /// Locks the targets of these effects.
    package static func locking(ofEffects ids: [UUID]) -> SQL {
        """
        SELECT FROM habeas.target WHERE id = ANY(ARRAY(SELECT DISTINCT target_id FROM habeas.effect WHERE id = ANY(\(ids)::uuid[])))
         ORDER BY id FOR NO KEY UPDATE
        """
    }

    /// The targets of these effects, whose locks are held, and the time.
    package static func reading(ofEffects ids: [UUID]) -> SQL {
        reading("ARRAY(SELECT DISTINCT target_id FROM habeas.effect WHERE id = ANY(\(ids)::uuid[]))")
    }

    package static func reading(_ ids: [String]) -> SQL { reading("\(ids)::text[]") }

    private static func reading(_ ids: SQL) -> SQL {
        """
        SELECT \(columns), clock_timestamp() AS machine_now
          FROM habeas.target t LEFT JOIN (\(counted(ids))) AS live ON live.target_id = t.id
         WHERE t.id = ANY(\(ids))
        """
    }

    /// Per target, effects with a live lease and with a live hint. Counted for all in one go: whichever index the server takes
    /// for it, it goes through what is live once.
    private static func counted(_ ids: SQL) -> SQL {
        """
        SELECT target_id, count(*) FILTER (WHERE state = 'leased' AND NOT ahead) AS leased,
               count(*) FILTER (WHERE state = 'leased' AND ahead) AS ahead, count(*) FILTER (WHERE state = 'released') AS released
          FROM habeas.effect
         WHERE state IN ('released', 'leased') AND next_attempt_at > clock_timestamp() AND target_id = ANY(\(ids))
         GROUP BY target_id
        """
    }

    static func live(_ ids: [String]) -> SQL { counted("\(ids)::text[]") }

    private static let columns: SQL = """
        t.id, t.client_id, t.in_flight, t.per_second, t.next_slot_at, t.quiet_until, t.failures, t.circuit, t.openings, t.circuit_since,
        t.circuit_until, t.last_cause, t.paused_at IS NOT NULL AS is_paused, t.disabled_at, t.disabled_cause,
        coalesce(live.leased, 0) AS live, coalesce(live.ahead, 0) AS ahead
        """

    package init(row: Row) throws {
        id = try row.decode("id", as: String.self)
        clientID = try row.decode("client_id", as: String?.self)
        inFlight = try row.decode("in_flight", as: Int.self)
        perSecond = try row.decode("per_second", as: Double?.self)
        nextSlotAt = try row.decode("next_slot_at", as: Date.self)
        quietUntil = try row.decode("quiet_until", as: Date?.self)
        failures = try row.decode("failures", as: Int.self)
        circuit = try Stored.word(try row.decode("circuit", as: String.self), "target.circuit")
        openings = try row.decode("openings", as: Int.self)
        circuitSince = try row.decode("circuit_since", as: Date?.self)
        circuitUntil = try row.decode("circuit_until", as: Date?.self)
        lastCause = try row.decode("last_cause", as: String?.self)
        isPaused = try row.decode("is_paused", as: Bool.self)
        disabledAt = try row.decode("disabled_at", as: Date?.self)
        disabledCause = try row.decode("disabled_cause", as: String?.self)
        live = try row.decode("live", as: Int.self)
        ahead = try row.decode("ahead", as: Int.self)
    }

    /// Writes back what attempts change.
    package static func update(_ targets: [TargetRecord]) -> SQL {
        """
        UPDATE habeas.target AS t
           SET next_slot_at = n.next_slot_at, quiet_until = n.quiet_until, failures = n.failures, circuit = n.circuit,
               openings = n.openings, circuit_since = n.circuit_since, circuit_until = n.circuit_until, last_cause = n.last_cause,
               disabled_at = n.disabled_at, disabled_cause = n.disabled_cause
          FROM unnest(\(targets.map(\.id))::text[], \(targets.map(\.nextSlotAt))::timestamptz[],
                 \(targets.map(\.quietUntil))::timestamptz[], \(targets.map { Int32($0.failures) })::int4[],
                 \(targets.map(\.circuit.rawValue))::text[], \(targets.map { Int32($0.openings) })::int4[],
                 \(targets.map(\.circuitSince))::timestamptz[], \(targets.map(\.circuitUntil))::timestamptz[],
                 \(targets.map(\.lastCause))::text[], \(targets.map(\.disabledAt))::timestamptz[], \(targets.map(\.disabledCause))::text[])
            AS n (id, next_slot_at, quiet_until, failures, circuit, openings, circuit_since, circuit_until, last_cause, disabled_at,
                  disabled_cause)
         WHERE t.id = n.id
        """
    }
}
