extension Publisher {
    /// The fleet's own gateway, over which clients act themselves. It stands in no registry and cannot be changed there: its login is a
    /// worker's, and each of its events speaks for the one client that the event's source names.
    package static let gateway = Publisher(
        id: "habeas-gateway",
        brokerUser: "habeas-gateway",
        profile: "default",
        clients: ["*"],
        eventTypes: [ClientDecided.type, BreachAcknowledged.type, ObjectionReceived.type].map(\.rawValue),
        sourcePrefixes: [Self.gatewaySources],
        isRevoked: false
    )

    private static let gatewaySources = "/gateway/"

    package var isGateway: Bool { id == Self.gateway.id }

    /// Where an event comes from that this client brings about over the gateway.
    package static func gatewaySource(of client: String) -> String { gatewaySources + client }

    /// The only client for which an event with this source speaks; nil where the source is none of the gateway's.
    package static func client(ofGatewaySource source: String) -> String? {
        guard source.hasPrefix(gatewaySources) else { return nil }
        let client = source.dropFirst(gatewaySources.count)
        return client.wholeMatch(of: /[a-z0-9-]{1,63}/) == nil ? nil : String(client)
    }
}
