import FoundationEssentials
import Ledger
import Postgres
import Rights

/// That a client has read what is kept sealed: a fact of the case, in the transaction that opened it, before anything of it leaves.
///
/// The reader is the token: who uses it the client knows.
enum Reading {
    static let fact = "read_by_client"

    /// - Parameters:
    ///   - chain: the case's, its row locked.
    ///   - what: kinds of things and ids.
    static func statements(_ what: [String], by call: Call, in chain: EvidenceChain, at now: Date) -> [SQL] {
        var chain = chain
        var writes = EvidenceWrites()
        writes.add(
            chain.append(
                fact,
                at: now,
                actor: "token:\(call.token.id.lowercaseText)",
                clientID: call.client,
                body: JSONWriter.text { $0.member("what", what) }
            )
        )
        return writes.statements + [chain.moveHead]
    }
}
