package import AMQP
import FoundationEssentials
package import Logging
package import Outbound

/// What a program reaches the outside with, made from its configuration: one HTTP client, one mail client, one store of
/// secrets, and the senders over them.
package struct OutboundServices: Sendable {
    package let http: HTTPClient
    package let secrets: SecretStore
    /// Nil where no relay is configured.
    package let mail: MailSender?
    package let channels: ChannelSender
    private let smtp: SMTPClient?

    /// - Parameters:
    ///   - publisher: the program's own; not closed here. Nil for one without a broker.
    ///   - environment: where `env:` references of secrets lead.
    /// - Throws: ``ConfigurationError``.
    package init(
        _ configuration: FleetConfiguration,
        publisher: AMQPPublisher?,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        logger: Logger
    ) throws {
        try Self.check(configuration.outbound.caFile, .outboundCA)
        try Self.check(configuration.mail?.server.caFile, .mailCA)
        var web = HTTPClient.Configuration()
        web.timeout = configuration.outbound.timeout
        web.connectTimeout = min(web.connectTimeout, configuration.outbound.timeout)
        web.caFile = configuration.outbound.caFile
        web.proxy = configuration.outbound.proxy
        web.userAgent = "habeas"
        http = try HTTPClient(web)
        secrets = SecretStore(environment: environment, logger: logger)
        smtp = try configuration.mail.map { try Self.client($0, configuration) }
        mail = smtp.flatMap { client in configuration.mail.map { MailSender($0, client: client) } }
        channels = ChannelSender(
            http: http,
            mail: mail,
            publisher: publisher,
            secrets: secrets,
            timeout: configuration.outbound.timeout,
            referenceBase: configuration.outbound.referenceBase
        )
    }

    /// Ends what is under way.
    package func close() async {
        await http.close()
        await smtp?.close()
    }

    private static func client(_ mail: MailConfiguration, _ configuration: FleetConfiguration) throws -> SMTPClient {
        var server = mail.server
        // A relay looks at a mail before it answers, and often asks others.
        server.timeout = configuration.outbound.timeout + .seconds(60)
        do {
            return try SMTPClient(server)
        } catch let error as OutboundError {
            throw ConfigurationError(
                code: .value,
                key: ConfigurationKey.mailHost.name,
                place: nil,
                fault: "cannot be used: \(error)",
                remedy: "correct the keys of mail"
            )
        }
    }

    private static func check(_ file: String?, _ key: ConfigurationKey) throws(ConfigurationError) {
        guard let file, !FileManager.default.isReadableFile(atPath: file) else { return }
        throw ConfigurationError(
            code: .unreadable,
            key: key.name,
            place: nil,
            fault: "refers to a file that cannot be read",
            remedy: "give the path of a PEM file that this program's user may read"
        )
    }
}
