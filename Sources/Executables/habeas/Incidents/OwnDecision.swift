import FoundationEssentials
import Postgres

/// What somebody has decided about data that the vendor itself controls (G13).
struct OwnDecision {
    let at: Date
    let by: String
    let tellsAuthority: Bool
    let tellsPeople: Bool
    let reason: String

    init(row: Row) throws {
        (at, by, tellsAuthority, tellsPeople, reason) = try row.decode(
            Date.self,
            String.self,
            Bool.self,
            Bool.self,
            String.self
        )
    }

    var json: JSONValue {
        [
            "decided_at": JSONValue(at), "decided_by": .string(by), "authority": JSONValue(tellsAuthority),
            "individuals": JSONValue(tellsPeople), "reason": .string(reason),
        ]
    }

    var line: String {
        let whom = [(tellsAuthority, "the authority"), (tellsPeople, "the people")].filter(\.0).map(\.1)
        let told = whom.isEmpty ? "nobody is told" : "told: " + whom.joined(separator: ", ")
        return "own data: \(told), decided by \(by) at \(at.short): \(TextTable.printable(reason))"
    }
}
