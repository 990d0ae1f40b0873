import FoundationEssentials
import Postgres

/// A client that was told after our own time for it, while nobody has said why.
struct LateClient {
    let client: String
    let dueAt: Date
    let toldAt: Date

    init(row: Row) throws { (client, dueAt, toldAt) = try row.decode(String.self, Date.self, Date.self) }

    var json: JSONValue {
        ["client": .string(client), "due_at": JSONValue(dueAt), "told_at": JSONValue(toldAt)]
    }

    /// `told late, and nobody has said why: acme, north and 3 more`
    static func line(_ late: [LateClient]) -> String? {
        guard !late.isEmpty else { return nil }
        let named = late.prefix(10).map(\.client).joined(separator: ", ")
        return "told late, and nobody has said why: \(named)\(late.count > 10 ? " and \(late.count - 10) more" : "")"
    }
}
