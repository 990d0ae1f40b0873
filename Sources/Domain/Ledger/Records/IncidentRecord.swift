package import FoundationEssentials
package import Postgres

/// The row of an incident, and the head of its chain.
package struct IncidentRecord: Sendable {
    package let id: UUID
    package let publisherID: String
    package let incidentRef: String
    package var state: String
    package var risk: String
    package var phase: Int
    /// The phases that were taken in, in the order in which they came.
    package var phases: [Int]
    /// How many of them every affected client has been told of.
    package var spread: Int
    package var discoveredAt: Date
    package var awareAt: Date
    package let receivedAt: Date
    package var outcomeSequence: Int
    package var chain: EvidenceChain

    package init(
        id: UUID,
        publisherID: String,
        incidentRef: String,
        risk: String,
        discoveredAt: Date,
        awareAt: Date,
        receivedAt: Date
    ) {
        self.id = id
        self.publisherID = publisherID
        self.incidentRef = incidentRef
        state = "open"
        self.risk = risk
        phase = 1
        phases = [1]
        spread = 0
        self.discoveredAt = discoveredAt
        self.awareAt = awareAt
        self.receivedAt = receivedAt
        outcomeSequence = 0
        chain = EvidenceChain(new: .incident, id: id)
    }

    package init(row: Row) throws {
        let (
            id, publisher, ref, state, risk, phase, phases, spread, discovered, aware, received, outcomes, sequence,
            head
        ) =
            try row.decode(
                UUID.self,
                String.self,
                String.self,
                String.self,
                String.self,
                Int.self,
                [Int32].self,
                Int.self,
                Date.self,
                Date.self,
                Date.self,
                Int.self,
                Int.self,
                [UInt8].self
            )
        self.id = id
        publisherID = publisher
        incidentRef = ref
        self.state = state
        self.risk = risk
        self.phase = phase
        self.phases = phases.map(Int.init)
        self.spread = spread
        discoveredAt = discovered
        awareAt = aware
        receivedAt = received
        outcomeSequence = outcomes
        chain = EvidenceChain(.incident, id: id, sequence: sequence, head: head)
    }

    package mutating func nextOutcomeSequence() -> Int {
        outcomeSequence += 1
        return outcomeSequence
    }

    /// What ``init(row:)`` reads.
    package static let columns: SQL = """
        id, publisher_id, incident_ref, state, risk, phase, phases, spread, discovered_at, aware_at, received_at, outcome_seq, evidence_seq,
        evidence_head
        """

    /// Reads and locks, in id order, the incidents that publishers call by these references.
    package static func locking(publishers: [String], references: [String]) -> SQL {
        """
        SELECT \(columns) FROM habeas.incident
         -- As an array: see the locking of cases.
         WHERE id = ANY(ARRAY(SELECT named.id FROM unnest(\(publishers)::text[], \(references)::text[]) AS wanted (publisher, ref)
                               JOIN habeas.incident named ON named.publisher_id = wanted.publisher AND named.incident_ref = wanted.ref))
         ORDER BY id
           FOR NO KEY UPDATE
        """
    }

    /// Reads and locks one incident.
    package static func locking(_ id: UUID) -> SQL {
        "SELECT \(columns) FROM habeas.incident WHERE id = \(id) FOR NO KEY UPDATE"
    }

    /// Writes how far it was brought to its clients.
    package var spreading: SQL {
        """
        UPDATE habeas.incident
           SET spread = \(Int32(spread)), outcome_seq = \(Int32(outcomeSequence)), evidence_seq = \(Int32(chain.sequence)),
               evidence_head = \(chain.head)
         WHERE id = \(id)
        """
    }

    /// Writes what a clock may change of an incident.
    package var update: SQL {
        """
        UPDATE habeas.incident
           SET outcome_seq = \(outcomeSequence), evidence_seq = \(chain.sequence), evidence_head = \(chain.head)
         WHERE id = \(id)
        """
    }

    /// Writes new and changed incidents; there are few, so each has a statement of its own.
    package var upsert: SQL {
        """
        INSERT INTO habeas.incident (id, publisher_id, incident_ref, state, risk, phase, phases, discovered_at, aware_at, received_at,
          outcome_seq, evidence_seq, evidence_head)
        VALUES (\(id), \(publisherID), \(incidentRef), \(state), \(risk), \(phase), \(phases.map(Int32.init))::int4[], \(discoveredAt), \(awareAt), \(receivedAt),
          \(outcomeSequence), \(chain.sequence), \(chain.head))
        ON CONFLICT (id) DO UPDATE
          SET state = excluded.state, risk = excluded.risk, phase = excluded.phase, phases = excluded.phases, discovered_at = excluded.discovered_at,
              aware_at = excluded.aware_at, outcome_seq = excluded.outcome_seq, evidence_seq = excluded.evidence_seq,
              evidence_head = excluded.evidence_head
        """
    }
}
