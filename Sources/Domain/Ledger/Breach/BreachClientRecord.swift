package import FoundationEssentials
package import Postgres
package import Rights

/// One client on the list of those that an incident affects: why it is there, with what numbers, and until when it is to be told.
///
/// Kept where a profile wants the list approved. Whoever writes it holds the lock of the incident.
package struct BreachClientRecord: Sendable, Hashable {
    package let clientID: String
    /// The latest phase that names it; nil where only the data map says that a system can hold its data.
    package let phase: Int?
    /// Systems of the incident that can hold its data.
    package let systems: [String]
    package let subjects: Int?
    package let records: Int?
    /// Whether its people were listed and the list does not open.
    package let isUncounted: Bool
    package let awareAt: Date
    package let dueAt: Date?
    /// When a list with it was approved.
    package var approvedAt: Date?
    package var exclusion: Exclusion?

    /// That somebody has taken it off.
    package struct Exclusion: Sendable, Hashable {
        package let reason: String
        package let at: Date
        package let by: String
    }

    package init(
        clientID: String,
        phase: Int?,
        systems: [String],
        subjects: Int?,
        records: Int?,
        isUncounted: Bool,
        awareAt: Date,
        dueAt: Date?
    ) {
        self.clientID = clientID
        self.phase = phase
        self.systems = systems
        self.subjects = subjects
        self.records = records
        self.isUncounted = isUncounted
        self.awareAt = awareAt
        self.dueAt = dueAt
    }

    /// Those of an incident, in the order of their ids.
    ///
    /// - Parameters:
    ///   - after: only those whose id comes after it.
    ///   - limit: nil for all.
    package static func reading(of incident: UUID, after: String? = nil, limit: Int? = nil) -> SQL {
        """
        SELECT c.client_id, c.phase, c.systems, c.subjects, c.records, c.is_uncounted, c.aware_at, c.due_at, c.approved_at,
               x.reason, x.excluded_at, x.excluded_by::text
          FROM habeas.breach_client c
          LEFT JOIN habeas.breach_exclusion x
            ON x.incident_id = c.incident_id AND x.client_id = c.client_id AND x.phase IS NOT DISTINCT FROM c.phase
         WHERE c.incident_id = \(incident) AND (\(after)::text IS NULL OR c.client_id COLLATE "C" > \(after)::text)
         ORDER BY c.client_id COLLATE "C" LIMIT \(limit)::int8
        """
    }

    package init(row: Row) throws {
        let (reason, excludedAt, by): (String?, Date?, String?)
        (
            clientID, phase, systems, subjects, records, isUncounted, awareAt, dueAt, approvedAt, reason, excludedAt, by
        ) = try row.decode(
            String.self,
            Int?.self,
            [String].self,
            Int?.self,
            Int?.self,
            Bool.self,
            Date.self,
            Date?.self,
            Date?.self,
            String?.self,
            Date?.self,
            String?.self
        )
        if let reason, let excludedAt, let by { exclusion = Exclusion(reason: reason, at: excludedAt, by: by) }
    }

    /// Whom a person has approved.
    package static func approved(of incident: UUID) -> SQL {
        "SELECT client_id FROM habeas.breach_client WHERE incident_id = \(incident) AND approved_at IS NOT NULL"
    }

    /// Makes these, and nobody else, wait on the list; who was approved stays.
    package static func replace(waitingOf incident: UUID, with records: [BreachClientRecord]) -> [SQL] {
        let clients = records.map(\.clientID)
        return [
            """
            DELETE FROM habeas.breach_client c WHERE c.incident_id = \(incident) AND c.approved_at IS NULL
               AND NOT EXISTS (SELECT FROM unnest(\(clients)::text[]) AS w (client) WHERE w.client = c.client_id)
            """,
            """
            INSERT INTO habeas.breach_client (incident_id, client_id, phase, systems, subjects, records, is_uncounted, aware_at, due_at)
            SELECT \(incident), n.client, n.phase, string_to_array(n.systems, ' '), n.subjects, n.records, n.uncounted, n.aware, n.due
              FROM unnest(\(clients)::text[], \(records.map { $0.phase.map(Int32.init) })::int4[],
                \(records.map { $0.systems.joined(separator: " ") })::text[], \(records.map(\.subjects))::int8[],
                \(records.map(\.records))::int8[], \(records.map(\.isUncounted))::bool[],
                \(records.map(\.awareAt))::timestamptz[], \(records.map(\.dueAt))::timestamptz[])
                AS n (client, phase, systems, subjects, records, uncounted, aware, due)
            ON CONFLICT (incident_id, client_id) DO UPDATE
               SET phase = excluded.phase, systems = excluded.systems, subjects = excluded.subjects, records = excluded.records,
                   is_uncounted = excluded.is_uncounted, aware_at = excluded.aware_at, due_at = excluded.due_at
            """,
        ]
    }

    /// All that a digest of the list is made of.
    package func write(to writer: inout JSONWriter) {
        writer.member("client", clientID)
        writer.member("phase", phase)
        writer.member("systems", systems)
        writer.member("subjects", subjects)
        writer.member("records", records)
        writer.member("uncounted", isUncounted ? true : nil)
        writer.member("aware_at", awareAt)
        writer.member("due_at", dueAt)
        writer.member("excluded", exclusion?.reason)
    }
}
