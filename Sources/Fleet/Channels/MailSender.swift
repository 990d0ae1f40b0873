package import FoundationEssentials
package import Outbound
import Rights

/// Composes mail and hands it to the relay, one attempt at a time.
///
/// The same id gives the same message id, so that what was handed over twice can be told by the receiver. A verdict holds
/// codes and never an address.
package struct MailSender: Sendable {
    private let client: SMTPClient
    private let configuration: MailConfiguration

    package init(_ configuration: MailConfiguration, client: SMTPClient) {
        self.configuration = configuration
        self.client = client
    }

    /// Writes to all of `addresses` or, when the relay refuses one, to none.
    ///
    /// - Parameters:
    ///   - id: of the effect.
    ///   - addresses: as the registry or the request has them; checked here, whatever was checked before.
    ///   - date: of this attempt.
    /// - Throws: `CancellationError` when the task is cancelled meanwhile, and nothing else.
    package func send(
        _ content: MailContent,
        id: UUID,
        to addresses: [String],
        at date: Date = Date()
    ) async throws -> AttemptVerdict {
        guard !addresses.isEmpty else { return .refused("no_recipient") }
        guard !addresses.contains(where: AutomaticSender.isOne) else { return .refused("automatic_recipient") }
        do {
            return .mail(try await client.submit(try submission(content, id: id, to: addresses, at: date)))
        } catch let error as OutboundError {
            return .failed(error)
        }
    }

    func submission(
        _ content: MailContent,
        id: UUID,
        to addresses: [String],
        at date: Date
    ) throws(OutboundError) -> MailSubmission {
        var recipients: [MailAddress] = []
        for address in addresses { recipients.append(try MailAddress(address)) }
        // Its words go into a header, too.
        guard let locale = Locales.normalise(content.locale) else { throw OutboundError(.header) }
        var message = MailMessage(
            from: configuration.from,
            to: recipients.map { MailMessage.Mailbox($0) },
            subject: content.subject,
            date: date,
            id: try MessageID(id.lowercaseText, at: configuration.messageIDDomain),
            text: content.text,
            html: content.html
        )
        message.replyTo = MailMessage.Mailbox(configuration.replyTo)
        message.headers = [("Content-Language", locale)]
        return MailSubmission(from: configuration.bouncesTo, to: recipients, message: try message.encoded())
    }
}
