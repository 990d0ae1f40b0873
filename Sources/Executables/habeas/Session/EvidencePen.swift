import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Writes what a person did into the chain of what they did it to.
///
/// The person is the database login, asked from the database: nobody can claim to be another one through the environment.
/// Whoever appends holds the lock of the subject's row.
struct EvidencePen: Sendable {
    let actor: String
    /// Domain time of the transaction.
    let now: Date

    init(on connection: PostgresConnection) async throws {
        let row = try await connection.query("SELECT session_user::text, habeas.domain_now()").only
        let (login, now) = try row.decode(String.self, Date.self)
        actor = "operator:\(login)"
        self.now = now
    }

    /// The statements that append `fact` and move the head of the subject's row.
    func append(
        _ fact: String,
        to chain: inout EvidenceChain,
        clientID: String? = nil,
        _ members: (inout JSONWriter) -> Void
    ) -> [SQL] {
        var body = JSONWriter(capacity: 256)
        body.object(members)
        var writes = EvidenceWrites()
        writes.add(
            chain.append(
                fact,
                at: now,
                actor: actor,
                clientID: clientID,
                body: String(decoding: body.bytes, as: UTF8.self)
            )
        )
        return writes.statements + [chain.moveHead]
    }
}

extension EvidenceChain {
    /// The installation's chain, its row locked.
    static func ofInstallation(on connection: PostgresConnection) async throws -> EvidenceChain {
        let row = try await connection.query(
            "SELECT chain_id, evidence_seq, evidence_head FROM habeas.installation FOR NO KEY UPDATE"
        ).only
        let (id, sequence, head) = try row.decode(UUID.self, Int.self, [UInt8].self)
        return EvidenceChain(.installation, id: id, sequence: sequence, head: head)
    }
}
