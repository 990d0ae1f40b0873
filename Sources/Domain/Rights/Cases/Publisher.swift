/// An upstream app, and what it may speak of. The broker validates its login; this registry says the rest.
package struct Publisher: Sendable, Hashable {
    package let id: String
    package let brokerUser: String
    /// The statement its events are handled under: `kustomer`, `customer360`, `kayako` or the processor's own.
    package let profile: String
    /// Client ids, or `*` for every client.
    package let clients: [String]
    /// Event types without `io.habeas.` and version, each exact or ending in `.*`; or `*`.
    package let eventTypes: [String]
    /// What an event's `source` must begin with.
    package let sourcePrefixes: [String]
    package let isRevoked: Bool
    /// How many events a second are taken in at once, by all copies of intake together; nil for no limit.
    package let eventsPerSecond: Int?

    package init(
        id: String,
        brokerUser: String,
        profile: String,
        clients: [String],
        eventTypes: [String],
        sourcePrefixes: [String],
        isRevoked: Bool,
        eventsPerSecond: Int? = nil
    ) {
        self.id = id
        self.brokerUser = brokerUser
        self.profile = profile
        self.clients = clients
        self.eventTypes = eventTypes
        self.sourcePrefixes = sourcePrefixes
        self.isRevoked = isRevoked
        self.eventsPerSecond = eventsPerSecond
    }

    package func maySpeak(for client: String) -> Bool { clients.contains("*") || clients.contains(client) }

    package func maySend(_ type: EventType) -> Bool {
        eventTypes.contains { pattern in
            pattern == "*" || pattern == type.rawValue
                || (pattern.hasSuffix(".*") && type.rawValue.hasPrefix(pattern.dropLast()))
        }
    }

    package func maySend(from source: String) -> Bool { sourcePrefixes.contains { source.hasPrefix($0) } }
}
