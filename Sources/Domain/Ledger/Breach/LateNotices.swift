package import FoundationEssentials
package import Postgres
import Rights

/// Clients that were told of an incident after our own time for it.
package enum LateNotices {
    /// Those of an incident of whom nobody has said yet why, with the date and when they were told, in the order of their ids.
    package static func unexplained(of incident: UUID) -> SQL {
        """
        SELECT n.client_id, d.due_at, n.told_at FROM habeas.breach_notice n
          JOIN habeas.deadline d ON d.subject_id = n.case_id AND d.clock = \(ClockRule.Clock.notifyClients.rawValue)
         WHERE n.incident_id = \(incident) AND n.told_at > d.due_at
           AND NOT EXISTS (SELECT FROM habeas.breach_reason r
                            WHERE r.incident_id = n.incident_id AND r.about = \(BreachReason.Matter.lateNotice.rawValue)
                              AND n.client_id = ANY(r.clients))
         ORDER BY n.client_id
        """
    }
}
