/// Where clients reach the gateway, and what it lets a caller take.
package struct GatewayConfiguration: Sendable, Equatable {
    /// The files of a certificate, with its chain, and of its key; both PEM.
    package struct TLSFiles: Sendable, Equatable {
        package var certificate: String
        package var key: String
    }

    package var host: String
    /// 0 takes a free one.
    package var port: Int
    /// Nil where the gateway speaks plain HTTP.
    package var tls: TLSFiles?
    /// A proxy of the vendor's own speaks TLS for it.
    package var isBehindProxy: Bool
    package var bodyBytes: Int
    /// To send a request, to begin an answer, and for a download to make no progress.
    package var patience: Duration
    package var connections: Int
    /// Of one token.
    package var requestsPerMinute: Int

    /// Whether callers speak TLS, to the gateway or to the proxy in front of it.
    package var isEncrypted: Bool { tls != nil || isBehindProxy }

    init(_ values: ConfigurationValues) throws(ConfigurationError) {
        func integer(_ key: ConfigurationKey) throws(ConfigurationError) -> Int {
            guard let value = try values.integer(key) else { throw FleetConfiguration.missing(key) }
            return value
        }
        host = try values.text(.gatewayHost) ?? "127.0.0.1"
        port = try integer(.gatewayPort)
        isBehindProxy = try values.flag(.gatewayBehindProxy)
        bodyBytes = try integer(.gatewayBodyBytes)
        patience = .seconds(try integer(.gatewayRequestSeconds))
        connections = try integer(.gatewayConnections)
        requestsPerMinute = try integer(.gatewayRequestsPerMinute)
        let certificate = try values.text(.gatewayCertificate)
        let key = try values.text(.gatewayKey)
        switch (certificate, key) {
        case (let certificate?, let key?): tls = TLSFiles(certificate: certificate, key: key)
        case (nil, nil): tls = nil
        case (_?, nil):
            throw values.fault(.gatewayCertificate, "is given without gateway.tls.key_file", "give both, or none")
        case (nil, _?):
            throw values.fault(.gatewayKey, "is given without gateway.tls.certificate_file", "give both, or none")
        }
    }

    /// Refuses to send tokens and people's data in the clear over a network.
    ///
    /// - Throws: ``ConfigurationError`` where callers from elsewhere would reach it without TLS.
    package func check() throws(ConfigurationError) {
        guard !isEncrypted, !Self.isLoopback(host) else { return }
        throw ConfigurationError(
            code: .value,
            key: ConfigurationKey.gatewayHost.name,
            place: nil,
            fault: "is reached from elsewhere, and the gateway has no TLS",
            remedy:
                "give gateway.tls.certificate_file and gateway.tls.key_file, or set gateway.behind_proxy where a proxy has it"
        )
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "::1" || host.wholeMatch(of: /127(\.[0-9]{1,3}){3}/) != nil
    }
}
