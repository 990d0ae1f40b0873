package import FoundationEssentials
package import Postgres

/// The chains of clients, of the installation and of parked messages: read under their rows' locks, written back with them.
package enum ChainHeads {
    package static func lockingClients(_ ids: [String]) -> SQL {
        """
        SELECT id, chain_id, evidence_seq, evidence_head FROM habeas.client
         WHERE id = ANY(\(ids)::text[]) ORDER BY id FOR NO KEY UPDATE
        """
    }

    /// The same, and the clients of holds that publishers call by these references.
    package static func lockingClients(_ ids: [String], ofHolds holds: [(publisher: String, reference: String)]) -> SQL
    {
        """
        SELECT id, chain_id, evidence_seq, evidence_head FROM habeas.client
         WHERE id = ANY(\(ids)::text[]) OR id = ANY(ARRAY(
           SELECT hold.client_id FROM unnest(\(holds.map(\.publisher))::text[], \(holds.map(\.reference))::text[]) AS wanted (publisher, ref)
             JOIN habeas.hold ON hold.publisher_id = wanted.publisher AND hold.hold_ref = wanted.ref WHERE hold.case_id IS NULL))
         ORDER BY id FOR NO KEY UPDATE
        """
    }

    package static var lockingInstallation: SQL {
        "SELECT chain_id, evidence_seq, evidence_head FROM habeas.installation FOR NO KEY UPDATE"
    }

    package static func client(row: Row) throws -> (id: String, chain: EvidenceChain) {
        let (id, chain, sequence, head) = try row.decode(String.self, UUID.self, Int.self, [UInt8].self)
        return (id, EvidenceChain(.client, id: chain, sequence: sequence, head: head))
    }

    package static func installation(row: Row) throws -> EvidenceChain {
        let (chain, sequence, head) = try row.decode(UUID.self, Int.self, [UInt8].self)
        return EvidenceChain(.installation, id: chain, sequence: sequence, head: head)
    }

    /// Writes the ends of the chains of many parked messages back, by their ids.
    package static func write(parked chains: [(id: UUID, chain: EvidenceChain)]) -> [SQL] {
        guard !chains.isEmpty else { return [] }
        return [
            """
            UPDATE habeas.parked_message AS p SET evidence_seq = n.seq, evidence_head = n.head
              FROM unnest(\(chains.map(\.id))::uuid[], \(chains.map { Int32($0.chain.sequence) })::int4[],
                \(chains.map(\.chain.head))::bytea[]) AS n (id, seq, head)
             WHERE p.id = n.id
            """
        ]
    }

    /// Writes the end of a chain back to its subject's row.
    package static func write(_ chain: EvidenceChain) -> SQL? {
        switch chain.kind {
        case .client:
            """
            UPDATE habeas.client SET evidence_seq = \(chain.sequence), evidence_head = \(chain.head) WHERE chain_id = \(chain.id)
            """
        case .installation:
            "UPDATE habeas.installation SET evidence_seq = \(chain.sequence), evidence_head = \(chain.head)"
        case .parked:
            """
            UPDATE habeas.parked_message SET evidence_seq = \(chain.sequence), evidence_head = \(chain.head) WHERE id = \(chain.id)
            """
        // Their records carry the chain and are written whole.
        case .caseFile, .incident: nil
        }
    }
}
