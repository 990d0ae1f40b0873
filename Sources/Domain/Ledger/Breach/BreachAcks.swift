package import FoundationEssentials
package import Postgres

/// That clients have read what they were told of incidents, as their own cases take it in.
package enum BreachAcks {
    /// Writes one down.
    ///
    /// - Parameter id: of the event that holds who has said so.
    package static func insert(_ id: UUID, of incident: UUID, by client: String, at: Date) -> SQL {
        """
        INSERT INTO habeas.breach_ack (id, incident_id, client_id, at) VALUES (\(id), \(incident), \(client), \(at))
        ON CONFLICT (id) DO NOTHING
        """
    }

    /// The cases of an incident for which there are some that were not taken in.
    package static func waiting(of incident: UUID) -> SQL {
        """
        SELECT DISTINCT n.case_id FROM habeas.breach_ack a
          JOIN habeas.breach_notice n ON n.incident_id = a.incident_id AND n.client_id = a.client_id
         WHERE a.incident_id = \(incident) AND a.entered_at IS NULL
        """
    }

    /// All of these cases, with the case, the id, the time and whether it was taken in, in the order of their times.
    package static func reading(of cases: [UUID]) -> SQL {
        """
        SELECT n.case_id, a.id, a.at, a.entered_at IS NOT NULL FROM habeas.breach_notice n
          JOIN habeas.breach_ack a ON a.incident_id = n.incident_id AND a.client_id = n.client_id
         WHERE n.case_id = ANY(\(cases)::uuid[]) ORDER BY a.at, a.id
        """
    }

    package static func enter(_ ids: [UUID], at now: Date) -> SQL {
        "UPDATE habeas.breach_ack SET entered_at = \(now) WHERE id = ANY(\(ids)::uuid[])"
    }
}
