import FoundationEssentials
import Ledger
import Postgres

extension EvidenceRow {
    private static let columns: SQL = "chain_id, seq, chain_kind, client_id, at, fact, actor, body, prev, hash"

    /// The rows of one chain in order.
    static func ofChain(_ id: UUID) -> SQL {
        "SELECT \(columns) FROM habeas.evidence WHERE chain_id = \(id) ORDER BY seq"
    }

    /// All rows whose chain's id lies above `lower` and not above `upper`, chain by chain.
    static func between(_ lower: UUID?, _ upper: UUID?) -> SQL {
        let above: SQL = lower.map { "chain_id > \($0)" } ?? "true"
        let below: SQL = upper.map { "chain_id <= \($0)" } ?? "true"
        return "SELECT \(columns) FROM habeas.evidence WHERE \(above) AND \(below) ORDER BY chain_id, seq"
    }

    init(row: Row) throws {
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
        self.init(
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
    }
}
