package import FoundationEssentials
package import Postgres

/// How far an incident was brought to the people whose data the vendor itself controls. Whoever changes it holds the incident's lock.
package struct OwnPeopleRecord: Sendable, Hashable {
    package let incidentID: UUID
    /// How many of the incident's phases they were looked for in; none where it was decided otherwise since.
    package var phases: Int
    /// How many were named, once each.
    package var named: Int
    /// Among them those without an address that takes mail.
    package var unaddressed: Int
    /// Sealed parts that did not open.
    package var unreadable: Int

    package init(incidentID: UUID, phases: Int, named: Int, unaddressed: Int, unreadable: Int) {
        self.incidentID = incidentID
        self.phases = phases
        self.named = named
        self.unaddressed = unaddressed
        self.unreadable = unreadable
    }

    /// Of these incidents those whose people are to be told and were not looked for in every phase.
    package static func behind(_ incidents: [UUID]) -> SQL {
        """
        SELECT i.id FROM habeas.incident i LEFT JOIN habeas.own_people p ON p.incident_id = i.id
         WHERE i.id = ANY(\(incidents)::uuid[]) AND i.state <> 'false_alarm' AND coalesce(p.phases, 0) < cardinality(i.phases)
           AND (SELECT d.individuals FROM habeas.breach_decision d WHERE d.incident_id = i.id ORDER BY d.decided_at DESC LIMIT 1)
         ORDER BY i.id
        """
    }

    /// Of these incidents those whose people are not to be told any more, though it was begun.
    package static func revoked(_ incidents: [UUID]) -> SQL {
        """
        SELECT i.id FROM habeas.incident i JOIN habeas.own_people p ON p.incident_id = i.id
         WHERE i.id = ANY(\(incidents)::uuid[])
           AND (i.state = 'false_alarm'
             OR NOT (SELECT d.individuals FROM habeas.breach_decision d WHERE d.incident_id = i.id ORDER BY d.decided_at DESC LIMIT 1))
         ORDER BY i.id
        """
    }

    /// Has them looked for from the start, should it be decided again that they are told.
    package static func reset(_ incident: UUID) -> SQL {
        "UPDATE habeas.own_people SET phases = 0 WHERE incident_id = \(incident)"
    }

    package var upsert: SQL {
        """
        INSERT INTO habeas.own_people (incident_id, phases, named, unaddressed, unreadable)
        VALUES (\(incidentID), \(Int32(phases)), \(Int32(named)), \(Int32(unaddressed)), \(Int32(unreadable)))
        ON CONFLICT (incident_id) DO UPDATE
          SET phases = excluded.phases, named = excluded.named, unaddressed = excluded.unaddressed, unreadable = excluded.unreadable
        """
    }
}
