/// One numbered step of a schema, as plain SQL.
public struct Migration: Sendable, Hashable {
    /// From 1, without gaps.
    public let number: Int
    public let name: String
    public let sql: String
    /// Whether the step and its record are one transaction. Off only for what PostgreSQL refuses inside of one, such as
    /// `CREATE INDEX CONCURRENTLY`: such a step must bear being run again after half of it.
    public let isTransactional: Bool

    public init(number: Int, name: String, sql: String, isTransactional: Bool = true) {
        self.number = number
        self.name = name
        self.sql = sql
        self.isTransactional = isTransactional
    }
}
