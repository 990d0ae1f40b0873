import FoundationEssentials
import Ledger
import Postgres

/// A fact of a chain of evidence, without what people have written.
struct RecordedFact {
    let at: Date
    let fact: String
    let actor: String
    let note: String

    static func ofChain(_ id: UUID, limit: Int) -> SQL {
        "SELECT at, fact, actor, body FROM habeas.evidence WHERE chain_id = \(id) ORDER BY seq LIMIT \(limit)"
    }

    init(row: Row) throws {
        let body: String
        (at, fact, actor, body) = try row.decode(Date.self, String.self, String.self, String.self)
        note = FactNote.words(body, of: FactNote.plain)
    }
}
