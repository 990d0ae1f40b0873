package import FoundationEssentials
package import Postgres

/// One person whose data the vendor itself controls, and what they are told of an incident (G13). Whoever changes it holds the lock of
/// its case.
package struct BreachPersonRecord: Sendable, Hashable {
    package let caseID: UUID
    package let incidentID: UUID
    /// Keyed digest of the address.
    package let lookup: [UInt8]
    /// The id under which the words lie sealed.
    package let contentID: UUID
    package var toldAt: Date?
    /// When its case ended because it was decided otherwise and nothing had left.
    package var stoppedAt: Date?

    /// The types under which a person's name and address, and the words to all, are kept.
    package static let personType = "habeas.breach_person.v1"
    package static let contentType = "habeas.own_people.v1"

    package init(caseID: UUID, incidentID: UUID, lookup: [UInt8], contentID: UUID) {
        self.caseID = caseID
        self.incidentID = incidentID
        self.lookup = lookup
        self.contentID = contentID
    }

    package init(row: Row) throws {
        (caseID, incidentID, lookup, contentID, toldAt, stoppedAt) = try row.decode(
            UUID.self,
            UUID.self,
            [UInt8].self,
            UUID.self,
            Date?.self,
            Date?.self
        )
    }

    package static func reading(of cases: [UUID]) -> SQL {
        """
        SELECT case_id, incident_id, lookup, content_id, told_at, stopped_at FROM habeas.breach_person WHERE case_id = ANY(\(cases)::uuid[])
        """
    }

    /// Whether the people of these cases are still to be told: it was decided so last, and the alarm was not false.
    package static func wanted(_ cases: [UUID]) -> SQL {
        """
        SELECT p.case_id FROM habeas.breach_person p JOIN habeas.incident i ON i.id = p.incident_id
         WHERE p.case_id = ANY(\(cases)::uuid[]) AND i.state <> 'false_alarm'
           AND (SELECT d.individuals FROM habeas.breach_decision d WHERE d.incident_id = p.incident_id
                 ORDER BY d.decided_at DESC LIMIT 1)
        """
    }

    /// Those of these digests under which somebody of the incident is known, and was not stopped.
    package static func known(_ lookups: [[UInt8]], of incident: UUID) -> SQL {
        """
        SELECT lookup FROM habeas.breach_person
         WHERE incident_id = \(incident) AND lookup = ANY(\(lookups)::bytea[]) AND stopped_at IS NULL
        """
    }

    /// Cases of an incident that have not come to their end.
    package static func open(of incident: UUID, limit: Int) -> SQL {
        """
        SELECT p.case_id FROM habeas.breach_person p JOIN habeas.case_file f ON f.id = p.case_id
         WHERE p.incident_id = \(incident) AND f.state = 'in_progress' ORDER BY p.case_id LIMIT \(limit)
        """
    }

    package static func insert(_ records: [BreachPersonRecord]) -> SQL {
        """
        INSERT INTO habeas.breach_person (case_id, incident_id, lookup, content_id)
        SELECT * FROM unnest(\(records.map(\.caseID))::uuid[], \(records.map(\.incidentID))::uuid[],
          \(records.map(\.lookup))::bytea[], \(records.map(\.contentID))::uuid[])
        """
    }

    /// Writes when these were told, or stopped, where that was not written before.
    package static func update(_ records: [BreachPersonRecord]) -> SQL {
        """
        UPDATE habeas.breach_person AS b
           SET told_at = coalesce(b.told_at, n.told_at), stopped_at = coalesce(b.stopped_at, n.stopped_at)
          FROM unnest(\(records.map(\.caseID))::uuid[], \(records.map(\.toldAt))::timestamptz[],
            \(records.map(\.stoppedAt))::timestamptz[]) AS n (case_id, told_at, stopped_at)
         WHERE b.case_id = n.case_id
        """
    }
}
