import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What a person does to a target: its row locked, and before it the chain that takes the fact, of its client or of the
/// installation where several clients share it.
struct TargetAct {
    let target: TargetRow
    private let pen: EvidencePen
    private var chain: EvidenceChain

    var now: Date { pen.now }

    /// Inside a transaction.
    init(on name: String, _ connection: PostgresConnection) async throws {
        let found = try await connection.query("SELECT client_id FROM habeas.target WHERE id = \(name)")
        guard let row = found.first else { throw try await TargetRow.unknown(name, on: connection) }
        pen = try await EvidencePen(on: connection)
        chain = try await EvidenceChain.of(client: try row.decode(0, as: String?.self), on: connection)
        target = try TargetRow(
            row: try await connection.query(TargetRow.select("WHERE t.id = \(name) FOR NO KEY UPDATE OF t")).only
        )
    }

    /// A change of the row with its fact.
    mutating func statements(_ change: SQL, _ fact: String, _ members: (inout JSONWriter) -> Void) -> [SQL] {
        let set: SQL = "UPDATE habeas.target SET \(change) WHERE id = \(target.id)"
        return [set]
            + pen.append(fact, to: &chain, clientID: target.client) { [target] body in
                body.member("target", target.id)
                members(&body)
            }
    }
}

extension EvidenceChain {
    /// The chain of a client, or of the installation where there is none; its row locked.
    static func of(client id: String?, on connection: PostgresConnection) async throws -> EvidenceChain {
        guard let id else { return try await ofInstallation(on: connection) }
        let row = try await connection.query(
            "SELECT chain_id, evidence_seq, evidence_head FROM habeas.client WHERE id = \(id) FOR NO KEY UPDATE"
        ).only
        let (chain, sequence, head) = try row.decode(UUID.self, Int.self, [UInt8].self)
        return EvidenceChain(.client, id: chain, sequence: sequence, head: head)
    }
}
