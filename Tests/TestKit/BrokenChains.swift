import Foundation
import Ledger
package import Postgres

/// Checks every chain of a database against its rows and against the end that its subject names.
package enum BrokenChains {
    /// What is wrong, one text a chain; chains without a subject are wrong too.
    package static func find(on connection: PostgresConnection) async throws -> [String] {
        var checks: [UUID: EvidenceCheck] = [:]
        for row in try await connection.query(
            """
            SELECT chain_id, seq, chain_kind, client_id, at, fact, actor, body, prev, hash FROM habeas.evidence ORDER BY chain_id, seq
            """
        ) {
            let (chain, sequence, kind, client, at, fact, actor, body, previous, hash) = try row.decode(
                UUID.self,
                Int.self,
                String.self,
                String?.self,
                Date.self,
                String.self,
                String.self,
                String.self,
                [UInt8].self,
                [UInt8].self
            )
            checks[chain, default: EvidenceCheck()].follow(
                EvidenceRow(
                    stored: chain,
                    sequence: sequence,
                    chainKind: kind,
                    clientID: client,
                    at: at,
                    fact: fact,
                    actor: actor,
                    body: body,
                    previous: previous,
                    hash: hash
                )
            )
        }
        var orphans = Set(checks.keys)
        for row in try await connection.query(
            """
            SELECT id, evidence_seq, evidence_head FROM habeas.case_file
            UNION ALL SELECT id, evidence_seq, evidence_head FROM habeas.incident
            UNION ALL SELECT id, evidence_seq, evidence_head FROM habeas.parked_message
            UNION ALL SELECT chain_id, evidence_seq, evidence_head FROM habeas.client
            UNION ALL SELECT chain_id, evidence_seq, evidence_head FROM habeas.installation
            """
        ) {
            let (id, sequence, head) = try row.decode(UUID.self, Int.self, [UInt8].self)
            checks[id, default: EvidenceCheck()].end(atSequence: sequence, head: head)
            orphans.remove(id)
        }
        return checks.values.compactMap { $0.fault?.description } + orphans.map { "\($0) has no subject" }
    }
}
