import FoundationEssentials
import Ledger
import Postgres
import Rights

/// A hold on a client, or on people, that a person lifts.
struct HoldLift {
    let ref: String
    let publisher: String?
    let reason: String

    /// Inside a transaction.
    func run(on connection: PostgresConnection) async throws {
        let found = try await connection.query(
            """
            SELECT id, client_id, people FROM habeas.hold
             WHERE hold_ref = \(ref) AND case_id IS NULL AND lifted_at IS NULL
               AND (\(publisher)::text IS NULL OR publisher_id = \(publisher)::text)
             ORDER BY id FOR NO KEY UPDATE
            """
        ).decode(UUID.self, String?.self, Int.self)
        guard let (id, client, people) = found.first else {
            throw Failure("--ref", "is no hold in place on a client or on people", "see `habeas holds list`")
        }
        guard found.count == 1 else {
            throw Failure("--ref", "names several holds", "add --publisher; see `habeas holds list`")
        }
        let pen = try await EvidencePen(on: connection)
        var chain = try await EvidenceChain.ofHold(on: client, connection)
        let scope = Holds.Scope(of: id, client: client, people: people)
        let fact = pen.append("hold.lifted", to: &chain, clientID: client) { body in
            body.member("hold", id)
            body.member("hold_ref", ref)
            body.member("reason", reason)
        }
        _ = try await connection.pipeline([Holds.lift([id], at: pen.now), Holds.free(scope)] + fact)
    }
}
