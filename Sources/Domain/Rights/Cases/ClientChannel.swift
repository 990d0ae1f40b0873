/// A way to reach a client. Its entry in the registry lists them in the client's order of preference; the first that works is
/// used (K4).
package struct ClientChannel: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Standard Webhooks 1.0.
        case webhook
        case mail
        /// The client's own queue at the broker; the personal part is sealed for the client's key.
        case amqp
    }

    package var kind: Kind
    /// Unique among the client's channels: 1 to 63 of `a-z 0-9 -`.
    package var name: String
    /// Of a webhook.
    package var url: String?
    /// Of a webhook: references to its secrets, `file:/path` or `env:NAME`, the newest first. Two while one replaces the other.
    package var secrets: [String]
    /// Of mail: one address at least.
    package var addresses: [String]
    /// The receiver is one of the processor's own: private addresses and plain HTTP are allowed.
    package var isInternal: Bool
    /// The message holds a reference in place of what is personal; the client fetches it.
    package var isThin: Bool
    /// Calls under way at once, fleet-wide.
    package var inFlight: Int
    /// Calls begun a second, fleet-wide; nil for no limit.
    package var perSecond: Double?
    /// Of a webhook: connections stay open between calls. Each copy of the worker may then have idle ones beside those in use, so
    /// that ``inFlight`` limits calls and no longer connections.
    package var keepsConnections: Bool

    package init(
        _ kind: Kind,
        name: String,
        url: String? = nil,
        secrets: [String] = [],
        addresses: [String] = [],
        isInternal: Bool = false,
        isThin: Bool = false,
        inFlight: Int = 4,
        perSecond: Double? = nil,
        keepsConnections: Bool = false
    ) {
        self.kind = kind
        self.name = name
        self.url = url
        self.secrets = secrets
        self.addresses = addresses
        self.isInternal = isInternal
        self.isThin = isThin
        self.inFlight = inFlight
        self.perSecond = perSecond
        self.keepsConnections = keepsConnections
    }

    /// The target whose limits, circuit and pause this channel has: the one mail relay for mail, its own otherwise.
    package func target(of client: String) -> String {
        kind == .mail ? Self.mailTarget : "client:\(client)/\(name)"
    }

    /// The same for notices of incidents: lines and circuits of their own, so that nothing else that waits at the same place is before
    /// them. The receiver may see twice as many calls at once.
    package func breachTarget(of client: String) -> String { Self.breachPrefix + target(of: client) }

    /// What begins the targets of ``breachTarget(of:)``.
    package static let breachPrefix = "breach:"

    /// The processor's own mail relay, for everybody's mail.
    package static let mailTarget = "mail"

    /// The same relay for people who are told of an incident (G13): a line of its own, so that nothing else waits behind them.
    package static let peopleTarget = "people:mail"
}
