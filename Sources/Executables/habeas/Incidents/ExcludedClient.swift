import FoundationEssentials
import Postgres

/// A client that a person has taken off the list of those whom an incident affects.
struct ExcludedClient {
    let client: String
    let reason: String
    let by: String
    let at: Date

    /// All of an incident, in the order in which they were taken off.
    static func reading(of incident: UUID) -> SQL {
        """
        SELECT client_id, reason, excluded_by::text, excluded_at FROM habeas.breach_exclusion
         WHERE incident_id = \(incident) ORDER BY excluded_at, client_id
        """
    }

    init(row: Row) throws {
        (client, reason, by, at) = try row.decode(String.self, String.self, String.self, Date.self)
    }

    var json: JSONValue {
        ["client": .string(client), "reason": .string(reason), "by": .string(by), "at": JSONValue(at)]
    }

    var line: String { "\(client) was taken off by \(by) at \(at.short): \(TextTable.printable(reason))" }
}
