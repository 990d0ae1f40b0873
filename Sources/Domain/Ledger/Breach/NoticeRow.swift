package import FoundationEssentials
package import Postgres
import Rights

/// One client's part of an incident, as `habeas incidents show` lists it.
package struct NoticeRow: Sendable {
    package let notice: UUID
    package let client: String
    package let state: String
    package let number: Int
    package let toldAt: Date?
    package let acknowledgedAt: Date?
    package let dueAt: Date?
    package let authorityDueAt: Date?
    package let task: String?

    /// - Parameter client: the one that the list begins behind; without it from the first on.
    package static func reading(of incident: UUID, after client: String? = nil, limit: Int? = nil) -> SQL {
        """
        SELECT n.case_id, n.client_id, f.state, coalesce((SELECT max(number) FROM habeas.breach_content c WHERE c.case_id = n.case_id), 0),
               n.told_at, n.acknowledged_at,
               (SELECT due_at FROM habeas.deadline d WHERE d.subject_id = n.case_id AND d.clock = \(ClockRule.Clock.notifyClients.rawValue)),
               (SELECT due_at FROM habeas.deadline d WHERE d.subject_id = n.case_id AND d.clock = \(ClockRule.Clock.authority72h.rawValue)),
               (SELECT min(r.kind) FROM habeas.review r WHERE r.case_id = n.case_id AND r.settled_at IS NULL)
          FROM habeas.breach_notice n JOIN habeas.case_file f ON f.id = n.case_id
         WHERE n.incident_id = \(incident) AND n.client_id > \(client ?? "") ORDER BY n.client_id LIMIT \(limit)
        """
    }

    package init(row: Row) throws {
        (notice, client, state, number, toldAt, acknowledgedAt, dueAt, authorityDueAt, task) = try row.decode(
            UUID.self,
            String.self,
            String.self,
            Int.self,
            Date?.self,
            Date?.self,
            Date?.self,
            Date?.self,
            String?.self
        )
    }
}
