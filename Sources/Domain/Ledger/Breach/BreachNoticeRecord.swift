package import FoundationEssentials
package import Postgres

/// One client's part of an incident. Whoever changes it holds the lock of its case.
package struct BreachNoticeRecord: Sendable, Hashable {
    package let caseID: UUID
    package let clientID: String
    package let incidentID: UUID
    /// How many of the incident's phases it has been brought to.
    package var phases: Int
    package var toldAt: Date?
    package var acknowledgedAt: Date?

    package init(caseID: UUID, clientID: String, incidentID: UUID, phases: Int) {
        self.caseID = caseID
        self.clientID = clientID
        self.incidentID = incidentID
        self.phases = phases
    }

    private static let columns: SQL = "case_id, client_id, incident_id, phases, told_at, acknowledged_at"

    package static func reading(of cases: [UUID]) -> SQL {
        "SELECT \(columns) FROM habeas.breach_notice WHERE case_id = ANY(\(cases)::uuid[])"
    }

    package init(row: Row) throws {
        (caseID, clientID, incidentID, phases, toldAt, acknowledgedAt) = try row.decode(
            UUID.self,
            String.self,
            UUID.self,
            Int.self,
            Date?.self,
            Date?.self
        )
    }

    /// Of these clients those whose part has not been brought to so many phases, in the order of their ids, each with its case where it has one.
    ///
    /// - Parameters:
    ///   - adding: whether those without a case are among them.
    ///   - approved: of these only those on a list that was approved.
    package static func behind(
        _ phases: Int,
        of incident: UUID,
        among clients: [String],
        adding: Bool,
        approved: Bool,
        limit: Int
    ) -> SQL {
        """
        SELECT w.client, n.case_id FROM unnest(\(clients)::text[]) AS w (client)
          LEFT JOIN habeas.breach_notice n ON n.incident_id = \(incident) AND n.client_id = w.client
         WHERE (n.case_id IS NULL AND \(adding)
                AND (NOT \(approved) OR EXISTS (SELECT FROM habeas.breach_client c WHERE c.incident_id = \(incident)
                                               AND c.client_id = w.client AND c.approved_at IS NOT NULL)))
            OR n.phases < \(Int32(phases))
         ORDER BY w.client COLLATE "C" LIMIT \(limit)
        """
    }

    package static func insert(_ records: [BreachNoticeRecord]) -> SQL {
        """
        INSERT INTO habeas.breach_notice (case_id, client_id, incident_id, phases)
        SELECT * FROM unnest(\(records.map(\.caseID))::uuid[], \(records.map(\.clientID))::text[],
          \(records.map(\.incidentID))::uuid[], \(records.map { Int32($0.phases) })::int4[])
        """
    }

    package static func advance(_ cases: [UUID], to phases: Int) -> SQL {
        "UPDATE habeas.breach_notice SET phases = \(Int32(phases)) WHERE case_id = ANY(\(cases)::uuid[])"
    }

    /// Writes when these were told and have acknowledged, where that was not written before.
    package static func update(_ records: [BreachNoticeRecord]) -> SQL {
        """
        UPDATE habeas.breach_notice AS b
           SET told_at = coalesce(b.told_at, n.told_at), acknowledged_at = coalesce(b.acknowledged_at, n.acknowledged_at)
          FROM unnest(\(records.map(\.caseID))::uuid[], \(records.map(\.toldAt))::timestamptz[],
            \(records.map(\.acknowledgedAt))::timestamptz[]) AS n (case_id, told_at, acknowledged_at)
         WHERE b.case_id = n.case_id
        """
    }
}
