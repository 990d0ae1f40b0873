package import FoundationEssentials
package import Postgres

/// One version of the list of those that an incident affects, as it is to be approved; see ``BreachClientRecord``.
package struct BreachListRecord: Sendable, Hashable {
    package let incidentID: UUID
    /// From 1.
    package let number: Int
    /// As of how many phases of the incident.
    package let phases: Int
    /// How many on it wait, and how many were taken off it.
    package let clients: Int
    package let excluded: Int
    /// SHA-256 of all that it says, hexadecimal.
    package let digest: String
    package let madeAt: Date
    package var approvedAt: Date?
    package var approvedBy: String?
    package var reason: String?

    package var isApproved: Bool { approvedAt != nil }

    package init(
        incidentID: UUID,
        number: Int,
        phases: Int,
        clients: Int,
        excluded: Int,
        digest: String,
        madeAt: Date
    ) {
        self.incidentID = incidentID
        self.number = number
        self.phases = phases
        self.clients = clients
        self.excluded = excluded
        self.digest = digest
        self.madeAt = madeAt
    }

    private static let columns: SQL =
        "incident_id, number, phases, clients, excluded, digest, made_at, approved_at, approved_by::text, reason"

    /// The latest of an incident.
    package static func last(of incident: UUID) -> SQL {
        "SELECT \(columns) FROM habeas.breach_list WHERE incident_id = \(incident) ORDER BY number DESC LIMIT 1"
    }

    /// All of an incident, in the order of their numbers.
    package static func reading(of incident: UUID) -> SQL {
        "SELECT \(columns) FROM habeas.breach_list WHERE incident_id = \(incident) ORDER BY number"
    }

    package init(row: Row) throws {
        (incidentID, number, phases, clients, excluded, digest, madeAt, approvedAt, approvedBy, reason) =
            try row.decode(
                UUID.self,
                Int.self,
                Int.self,
                Int.self,
                Int.self,
                String.self,
                Date.self,
                Date?.self,
                String?.self,
                String?.self
            )
    }

    package var insert: SQL {
        """
        INSERT INTO habeas.breach_list (incident_id, number, phases, clients, excluded, digest, made_at)
        VALUES (\(incidentID), \(Int32(number)), \(Int32(phases)), \(Int32(clients)), \(Int32(excluded)), \(digest), \(madeAt))
        """
    }

    /// Approves it with all that are on it; the database says who did, and refuses whom it must.
    package func approve(reason: String, at now: Date) -> SQL {
        """
        UPDATE habeas.breach_list SET approved_at = \(now), reason = \(reason)
         WHERE incident_id = \(incidentID) AND number = \(Int32(number))
        """
    }
}
