package import AMQP
import FoundationEssentials
import Ledger
package import Outbound
package import Rights

/// Sends a message over one of its client's channels, once, and says what came of it.
///
/// It keeps no state, retries nothing and orders nothing: attempts, limits and circuits are the ledger's. A verdict holds
/// codes and numbers only; nothing of what the receiver said is read.
package struct ChannelSender: Sendable {
    private let http: HTTPClient
    private let mail: MailSender?
    private let publisher: AMQPPublisher?
    private let secrets: SecretStore
    private let timeout: Duration
    private let referenceBase: String?

    /// Nobody's reply is read: so much of it is let through before it is cut off.
    private static let replyLimit = 65_536

    /// - Parameters:
    ///   - mail: nil where no relay is configured.
    ///   - publisher: nil for programs without a broker.
    ///   - timeout: of one attempt.
    ///   - referenceBase: where thin messages are completed.
    package init(
        http: HTTPClient,
        mail: MailSender?,
        publisher: AMQPPublisher?,
        secrets: SecretStore,
        timeout: Duration,
        referenceBase: String?
    ) {
        self.http = http
        self.mail = mail
        self.publisher = publisher
        self.secrets = secrets
        self.timeout = timeout
        self.referenceBase = referenceBase
    }

    /// - Parameter publicKey: the client's, as the registry has it.
    /// - Throws: `CancellationError` when the task is cancelled meanwhile, and nothing else: whether the receiver has acted is
    ///   then unknown.
    package func send(
        _ message: ClientMessage,
        over channel: ClientChannel,
        publicKey: String?
    ) async throws -> AttemptVerdict {
        do {
            switch channel.kind {
            case .webhook: return try await post(message, to: channel)
            case .mail: return try await write(message, to: channel)
            case .amqp: return try await publish(message, to: channel, publicKey)
            }
        } catch let obstacle as Obstacle {
            return obstacle.verdict
        } catch let error as OutboundError {
            return .failed(error)
        } catch let error as SecretError {
            // The operator's to mend; until then no call to this target can be signed.
            return .retry(error.code.rawValue, blamesTarget: true)
        } catch is ClientMessageError {
            return .refused("no_reference")
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // Only the cipher's own failures are left.
            return .refused("not_sealed")
        }
    }

    /// Why nothing was sent.
    private struct Obstacle: Error {
        let verdict: AttemptVerdict
    }

    private func thin() throws -> ClientMessage.Form {
        guard let referenceBase else { throw Obstacle(verdict: .refused("no_reference_base")) }
        return .thin(base: referenceBase)
    }

    // MARK: Webhook

    private func post(_ message: ClientMessage, to channel: ClientChannel) async throws -> AttemptVerdict {
        guard let url = channel.url else { throw OutboundError(.url) }
        let body = try message.body(channel.isThin ? thin() : .full)
        let headers = try WebhookSignature.headers(
            id: message.id.lowercaseText,
            timestamp: Int(Date().timeIntervalSince1970),
            body: body,
            secrets: try signers(of: channel)
        )
        var call = HTTPCall(
            "POST",
            url,
            headers: [("content-type", "application/cloudevents+json")] + headers,
            body: body,
            allowing: channel.isInternal ? [.internalAddress, .plain] : [],
            timeout: timeout,
            bodyLimit: Self.replyLimit
        )
        call.takesBody = false
        call.keepsConnection = channel.keepsConnections
        return .webhook(try await http.send(call))
    }

    private func signers(of channel: ClientChannel) throws -> [WebhookSecret] {
        guard !channel.secrets.isEmpty else { throw Obstacle(verdict: .refused("no_secret")) }
        return try channel.secrets.map { reference in
            let text = try secrets.secret(reference)
            guard let secret = try? WebhookSecret(text) else { throw SecretError(.form, SecretReference(reference)) }
            return secret
        }
    }

    // MARK: Mail

    private func write(_ message: ClientMessage, to channel: ClientChannel) async throws -> AttemptVerdict {
        guard let mail else { return .refused("no_relay") }
        guard let content = message.mail else { return .refused("no_mail_text") }
        return try await mail.send(content, id: message.id, to: channel.addresses)
    }

    // MARK: AMQP

    private func publish(
        _ message: ClientMessage,
        to channel: ClientChannel,
        _ publicKey: String?
    ) async throws -> AttemptVerdict {
        guard let publisher else { return .refused("no_broker") }
        let form = channel.isThin ? try thin() : try sealed(message, publicKey)
        var properties = Properties(
            contentType: "application/cloudevents+json",
            messageID: message.id.lowercaseText,
            type: message.type.name
        )
        properties.appID = "habeas"
        let outgoing = Message(
            exchange: Topology.outcomes,
            routingKey: "client.\(message.client).\(message.type.name)",
            mandatory: true,
            properties: properties,
            body: try message.body(form)
        )
        let outcomes = await publisher.publish([outgoing], timeout: timeout)
        return .published(outcomes.first ?? .unknown(.closed))
    }

    /// Whoever administers the broker could read along, so that nothing personal goes over it in the clear.
    private func sealed(_ message: ClientMessage, _ publicKey: String?) throws -> ClientMessage.Form {
        guard message.isPersonal else { return .full }
        guard let publicKey else { throw Obstacle(verdict: .refused("no_public_key")) }
        guard let key = try? ReceiverKey(jwk: publicKey) else { throw Obstacle(verdict: .refused("bad_public_key")) }
        return .sealed(key)
    }
}
