/// Where clients reach the gateway, and what it lets a caller take.
extension ConfigurationKey {
    package static let gatewayHost = ConfigurationKey(
        "gateway.host",
        .text,
        default: "127.0.0.1",
        "IP address on which the gateway serves clients; any but a loopback one needs TLS or gateway.behind_proxy."
    )
    package static let gatewayPort = ConfigurationKey(
        "gateway.port",
        .integer(0...65_535),
        default: "8443",
        "Port on which the gateway serves clients; 0 takes a free one and logs it."
    )
    package static let gatewayCertificate = ConfigurationKey(
        "gateway.tls.certificate_file",
        .text,
        note: "no TLS",
        "PEM file of the gateway's certificate and the chain to its authority; with gateway.tls.key_file."
    )
    package static let gatewayKey = ConfigurationKey(
        "gateway.tls.key_file",
        .text,
        note: "no TLS",
        "PEM file of the certificate's private key, without a passphrase; readable by the gateway's user only."
    )
    package static let gatewayBehindProxy = ConfigurationKey(
        "gateway.behind_proxy",
        .flag,
        default: "false",
        "Whether a proxy of your own terminates TLS in front of the gateway, and nobody reaches it otherwise."
    )
    package static let gatewayBodyBytes = ConfigurationKey(
        "gateway.body_bytes",
        .integer(1_024...131_072),
        default: "65536",
        "Bytes of a request's body at most."
    )
    package static let gatewayRequestSeconds = ConfigurationKey(
        "gateway.request_seconds",
        .integer(1...120),
        default: "10",
        "How long a caller may take to send a request, the gateway to begin its answer, and a download to make no progress, in seconds."
    )
    package static let gatewayConnections = ConfigurationKey(
        "gateway.connections",
        .integer(1...10_000),
        default: "512",
        "Connections that one gateway serves at once; one more is closed before it is read."
    )
    package static let gatewayRequestsPerMinute = ConfigurationKey(
        "gateway.requests_per_minute",
        .integer(1...100_000),
        default: "300",
        "Requests that one gateway answers for one token in a minute."
    )

    static let gateway: [ConfigurationKey] = [
        gatewayHost, gatewayPort, gatewayCertificate, gatewayKey, gatewayBehindProxy, gatewayBodyBytes,
        gatewayRequestSeconds, gatewayConnections, gatewayRequestsPerMinute,
    ]
}
