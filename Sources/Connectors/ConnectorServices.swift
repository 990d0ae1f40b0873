package import AMQP
package import Fleet
package import Ledger
package import Logging
package import Outbound

/// What connectors reach the outside with.
package struct ConnectorServices: Sendable {
    package let http: HTTPClient
    package let secrets: SecretStore
    /// Nil where no relay is configured.
    package let mail: MailSender?
    package let publisher: AMQPPublisher?
    /// For digests of what peers reply: a plain one could be guessed.
    package let digest: KeyedDigest
    /// With look-up keys that are not in use any more: what was sealed under them opens still.
    package let olderDigests: [KeyedDigest]
    /// For which own apps may seal what they hand over; nil where there is none.
    package let intakeKey: ReceiverKey?
    /// Of one attempt.
    package let timeout: Duration
    package let logger: Logger

    package init(
        http: HTTPClient,
        secrets: SecretStore,
        mail: MailSender?,
        publisher: AMQPPublisher?,
        digest: KeyedDigest,
        olderDigests: [KeyedDigest] = [],
        intakeKey: ReceiverKey? = nil,
        timeout: Duration,
        logger: Logger
    ) {
        self.http = http
        self.secrets = secrets
        self.mail = mail
        self.publisher = publisher
        self.digest = digest
        self.olderDigests = olderDigests
        self.intakeKey = intakeKey
        self.timeout = timeout
        self.logger = logger
    }
}
