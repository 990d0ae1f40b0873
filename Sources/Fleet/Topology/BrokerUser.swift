/// A login at the broker and all it may do in the fleet's virtual host. No user may configure anything.
package struct BrokerUser: Sendable, Hashable {
    /// What a user may read through a topic exchange: routing keys that begin so.
    package struct TopicAccess: Sendable, Hashable {
        package let exchange: String
        /// Regular expression over the binding's key.
        package let read: String
        package let write: String
    }

    package let name: String
    /// Exchanges it publishes to.
    package let writes: [String]
    /// Queues it consumes.
    package let reads: [String]
    package let topics: [TopicAccess]

    init(_ name: String, writes: [String], reads: [String], topics: [TopicAccess] = []) {
        self.name = name
        self.writes = writes
        self.reads = reads
        self.topics = topics
    }

    /// The broker's permission patterns. It searches for them anywhere in a name, so each is anchored at both ends.
    package var configurePattern: String { "^$" }
    package var writePattern: String { Self.pattern(writes) }
    package var readPattern: String { Self.pattern(reads) }

    private static func pattern(_ names: [String]) -> String {
        names.isEmpty ? "^$" : "^(\(names.map(escape).joined(separator: "|")))$"
    }

    /// Names hold letters, digits, dots and hyphens; of these only the dot means something in a pattern.
    static func escape(_ name: String) -> String {
        name.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "\\.")
    }
}
