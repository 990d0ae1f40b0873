import FoundationEssentials
package import Outbound
import Rights

/// How our mail leaves: the relay, and what stands in every envelope and header. Printing it shows no secret.
package struct MailConfiguration: Sendable, CustomStringConvertible {
    package var server: SMTPClient.Configuration
    package var from: MailMessage.Mailbox
    package var replyTo: MailAddress
    /// The envelope's sender.
    package var bouncesTo: MailAddress
    package var messageIDDomain: String
    /// Fleet-wide, of the target that is the relay.
    package var inFlight: Int
    package var perSecond: Int?

    package var description: String { "MailConfiguration(redacted)" }

    /// Nil without `mail.host`; then no other key may be given without a default, or somebody believes that mail goes out.
    init?(_ values: ConfigurationValues) throws(ConfigurationError) {
        guard let host = try values.text(.mailHost) else {
            for key in [ConfigurationKey.mailUser, .mailPassword, .mailFrom] where try values.text(key) != nil {
                throw values.fault(key, "is given without mail.host", "set mail.host as well, or remove it")
            }
            return nil
        }
        let security = try Self.security(values)
        server = SMTPClient.Configuration(
            host: try Self.host(host, values),
            port: try values.integer(.mailPort) ?? Self.port(security),
            security: security
        )
        if try values.flag(.mailInternal) { server.allowing = [.internalAddress, .plain] }
        server.login = try Self.login(values, security)
        server.connections = try values.integer(.mailConnections) ?? server.connections
        server.caFile = try values.text(.mailCA)
        guard let from = try Self.address(.mailFrom, values) else { throw FleetConfiguration.missing(.mailFrom) }
        self.from = MailMessage.Mailbox(from, name: try Self.name(values))
        replyTo = try Self.address(.mailReplyTo, values) ?? from
        bouncesTo = try Self.address(.mailBouncesTo, values) ?? from
        messageIDDomain = try Self.domain(values) ?? String(from.text.drop { $0 != "@" }.dropFirst())
        server.clientName = messageIDDomain
        inFlight = try values.integer(.mailInFlight) ?? server.connections
        perSecond = try values.integer(.mailPerSecond)
    }

    private static func security(_ values: ConfigurationValues) throws(ConfigurationError) -> SMTPClient.Security {
        let isInternal = try values.flag(.mailInternal)
        let security: SMTPClient.Security
        switch try values.text(.mailSecurity) {
        case "implicit": return .implicit
        case "opportunistic": security = .opportunistic
        case "none": security = .none
        default: return .required
        }
        guard isInternal else {
            throw values.fault(
                .mailSecurity,
                "lets mail go out that anybody on the way can read",
                "use required or implicit, or set mail.internal to true if the relay is in your own network"
            )
        }
        return security
    }

    private static func port(_ security: SMTPClient.Security) -> Int {
        switch security {
        case .implicit: 465
        case .required: 587
        case .opportunistic, .none: 25
        }
    }

    /// A name, or an address; one of version 6 gets its brackets.
    private static func host(_ text: String, _ values: ConfigurationValues) throws(ConfigurationError) -> String {
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        if case .v6? = IPAddress(bare) { return "[\(bare)]" }
        guard (try? MailAddress("x@\(text)")) != nil else {
            throw values.fault(
                .mailHost,
                "is neither a host name nor an address",
                "give one of the two, without scheme and port"
            )
        }
        return text
    }

    private static func login(
        _ values: ConfigurationValues,
        _ security: SMTPClient.Security
    ) throws(ConfigurationError) -> SMTPClient.Login? {
        switch (try values.text(.mailUser), try values.text(.mailPassword)) {
        case (nil, nil): return nil
        case (nil, _):
            throw values.fault(.mailPassword, "is given without mail.user", "set mail.user as well, or remove it")
        case (_, nil):
            throw values.fault(.mailUser, "is given without mail.password", "set mail.password as well, or remove it")
        case (let user?, let password?):
            guard CanonicalText.isOneLine(user) else {
                throw values.fault(.mailUser, "holds control characters or line ends", "write it on one line")
            }
            guard CanonicalText.isOneLine(password) else {
                throw values.fault(.mailPassword, "holds control characters", "set another one at the relay")
            }
            guard security != .opportunistic else {
                throw values.fault(
                    .mailUser,
                    "would be sent in the clear to whoever takes the offer of TLS out",
                    "set mail.security to required or implicit"
                )
            }
            return SMTPClient.Login(user: user, password: password)
        }
    }

    private static func address(
        _ key: ConfigurationKey,
        _ values: ConfigurationValues
    ) throws(ConfigurationError) -> MailAddress? {
        guard let text = try values.text(key) else { return nil }
        guard let address = try? MailAddress(text) else {
            throw values.fault(
                key,
                "is not a mail address that can stand in an envelope",
                "write local@domain in ASCII, without name or angle brackets"
            )
        }
        return address
    }

    private static func name(_ values: ConfigurationValues) throws(ConfigurationError) -> String? {
        guard let text = try values.text(.mailFromName) else { return nil }
        guard text.utf8.count <= 100, CanonicalText.isOneLine(text) else {
            throw values.fault(
                .mailFromName,
                "is longer than 100 bytes, or holds control characters or line ends",
                "write a short name on one line"
            )
        }
        return text
    }

    private static func domain(_ values: ConfigurationValues) throws(ConfigurationError) -> String? {
        guard let text = try values.text(.mailMessageIDDomain) else { return nil }
        guard (try? MailAddress("x@\(text)")) != nil, text.utf8.count <= 200 else {
            throw values.fault(.mailMessageIDDomain, "is not a domain", "write for instance mail.example.com")
        }
        return text
    }
}
