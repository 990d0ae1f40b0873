package import FoundationEssentials
package import Postgres

/// One client's part of an incident. Whoever changes it holds the lock of its case.
package struct BreachNoticeRecord: Sendable, Hashable {
    package let caseID: UUID
    package let clientID: String
    package let incidentID: UUID
    /// The phase of the incident that it has been brought to.
    package var phase: Int
    package var toldAt: Date?
    package var acknowledgedAt: Date?

    package init(caseID: UUID, clientID: String, incidentID: UUID, phase: Int) {
        self.caseID = caseID
        self.clientID = clientID
        self.incidentID = incidentID
        self.phase = phase
    }

    private static let columns: SQL = "case_id, client_id, incident_id, phase, told_at, acknowledged_at"

    package static func reading(of cases: [UUID]) -> SQL {
        "SELECT \(columns) FROM habeas.breach_notice WHERE case_id = ANY(\(cases)::uuid[])"
    }

    package init(row: Row) throws {
        (caseID, clientID, incidentID, phase, toldAt, acknowledgedAt) = try row.decode(
            UUID.self,
            String.self,
            UUID.self,
            Int.self,
            Date?.self,
            Date?.self
        )
    }

    /// Of these clients those whose part is not at this phase, in the order of their ids, each with its case where it has one.
    ///
    /// - Parameter adding: whether those without a case are among them.
    package static func behind(_ phase: Int, of incident: UUID, among clients: [String], adding: Bool, limit: Int)
        -> SQL
    {
        """
        SELECT w.client, n.case_id FROM unnest(\(clients)::text[]) AS w (client)
          LEFT JOIN habeas.breach_notice n ON n.incident_id = \(incident) AND n.client_id = w.client
         WHERE (n.case_id IS NULL AND \(adding)) OR n.phase < \(Int32(phase))
         ORDER BY w.client COLLATE "C" LIMIT \(limit)
        """
    }

    package static func insert(_ records: [BreachNoticeRecord]) -> SQL {
        """
        INSERT INTO habeas.breach_notice (case_id, client_id, incident_id, phase)
        SELECT * FROM unnest(\(records.map(\.caseID))::uuid[], \(records.map(\.clientID))::text[],
          \(records.map(\.incidentID))::uuid[], \(records.map { Int32($0.phase) })::int4[])
        """
    }

    package static func advance(_ cases: [UUID], to phase: Int) -> SQL {
        "UPDATE habeas.breach_notice SET phase = \(Int32(phase)) WHERE case_id = ANY(\(cases)::uuid[])"
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
