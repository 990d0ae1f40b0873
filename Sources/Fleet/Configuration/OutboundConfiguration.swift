import FoundationEssentials
package import Outbound

/// How calls to the outside are made. Printing it shows no secret.
package struct OutboundConfiguration: Sendable, CustomStringConvertible {
    /// Of one attempt.
    package var timeout: Duration
    package var caFile: String?
    package var proxy: HTTPClient.Proxy?
    /// Without a slash at its end.
    package var referenceBase: String?

    package var description: String { "OutboundConfiguration(redacted)" }

    init(_ values: ConfigurationValues) throws(ConfigurationError) {
        timeout = .seconds(try values.integer(.outboundTimeout) ?? 20)
        caFile = try values.text(.outboundCA)
        proxy = try Self.proxy(values)
        referenceBase = try Self.base(values)
    }

    private static func proxy(_ values: ConfigurationValues) throws(ConfigurationError) -> HTTPClient.Proxy? {
        guard let text = try values.text(.outboundProxy) else { return nil }
        guard let parts = WebAddress(text), parts.path.isEmpty, !parts.hasQuery,
            (parts.user == nil) == (parts.password == nil)
        else {
            throw values.fault(
                .outboundProxy,
                "is not the URL of a proxy",
                "write http:// or https://, user:password@ if it wants them, host and port, and nothing behind"
            )
        }
        let login = parts.user.flatMap { user in
            parts.password.map { HTTPCall.BasicAuthentication(user: user, password: $0) }
        }
        return HTTPClient.Proxy(parts.origin, login: login)
    }

    private static func base(_ values: ConfigurationValues) throws(ConfigurationError) -> String? {
        guard let text = try values.text(.outboundReferenceBase) else { return nil }
        guard let parts = WebAddress(text), !parts.hasQuery, parts.user == nil, parts.password == nil,
            parts.isEncrypted || parts.isLoopback
        else {
            throw values.fault(
                .outboundReferenceBase,
                "is not the https URL of a place",
                "write https://, host and path, without credentials, query or fragment"
            )
        }
        return parts.origin + parts.path
    }
}
