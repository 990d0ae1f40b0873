package import FoundationEssentials
package import Postgres

/// Parked messages of one reason: how many, since when, and what takes it away. Never what they say.
package struct ParkedGroup: Sendable {
    package let fault: String
    package let field: String
    package let count: Int
    package let oldestAt: Date
    package let newestAt: Date
    package let remedy: String

    /// - Parameter condition: on the message, `p`.
    package static func reading(where condition: SQL, limit: Int? = nil) -> SQL {
        """
        SELECT p.fault, p.field, count(*)::int8, min(p.received_at), max(p.received_at), min(p.remedy)
          FROM habeas.parked_message p WHERE \(condition) GROUP BY p.fault, p.field ORDER BY 3 DESC, 1, 2 LIMIT \(limit)
        """
    }

    package init(row: Row) throws {
        (fault, field, count, oldestAt, newestAt, remedy) = try row.decode(
            String.self,
            String.self,
            Int.self,
            Date.self,
            Date.self,
            String.self
        )
    }
}
