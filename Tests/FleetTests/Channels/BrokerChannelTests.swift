import AMQP
import Foundation
import Outbound
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("A channel of kind amqp", .broker)
struct BrokerChannelTests {
    private static let personal = #"{"identities":[{"type":"email","value":"ann.canary@example.com"}]}"#
    private let channel = ClientChannel(.amqp, name: "queue")

    private func message(personal: String? = personal) throws -> ClientMessage {
        try ClientMessage(
            id: UUID(),
            type: .requestReferred,
            time: Date(),
            client: "acme",
            request: UUID(),
            personal: personal.map { Array($0.utf8) }
        ) { $0.member("right", "erasure") }
    }

    private func with(
        base: String? = nil,
        timeout: Duration = .seconds(30),
        _ body: (AMQPChannel, ChannelSender) async throws -> Void
    ) async throws {
        let host = try #require(VirtualHost.current)
        let admin = try await host.openChannel()
        try await admin.declare(exchange: Topology.outcomes, type: "topic")
        let publisher = AMQPPublisher(
            configuration: try host.configuration(name: "channels"),
            logger: RuntimeFixture.quiet
        )
        let http = try HTTPClient()
        let sender = ChannelSender(
            http: http,
            mail: nil,
            publisher: publisher,
            secrets: SecretStore(environment: [:], logger: RuntimeFixture.quiet),
            timeout: timeout,
            referenceBase: base
        )
        try await body(admin, sender)
        await publisher.close()
        await http.close()
        await admin.close()
    }

    private func declareQueue(_ admin: AMQPChannel) async throws {
        try await admin.declare(queue: "acme")
        try await admin.bind(queue: "acme", exchange: Topology.outcomes, routingKey: "client.acme.#")
    }

    @Test("The person arrives sealed in the client's queue, and another implementation opens it with the client's key")
    func sealed() async throws {
        try await with { admin, sender in
            try await declareQueue(admin)
            let receiver = SealedReceiver(kid: "k1")
            let message = try message()
            #expect(try await sender.send(message, over: channel, publicKey: receiver.publicJWK) == .done())
            let delivery = try #require(try await admin.get(queue: "acme"))
            #expect(delivery.routingKey == "client.acme.io.habeas.request.referred.v1")
            #expect(delivery.properties.messageID == message.id.uuidString.lowercased())
            #expect(delivery.properties.type == "io.habeas.request.referred.v1")
            #expect(delivery.properties.contentType == "application/cloudevents+json")
            #expect(delivery.properties.deliveryMode == .persistent)
            #expect(delivery.properties.appID == "habeas")
            #expect(!String(decoding: delivery.body, as: UTF8.self).contains("canary"))
            let event = try JSONSerialization.jsonObject(with: Data(delivery.body)) as? [String: Any]
            let data = try #require(event?["data"] as? [String: Any])
            #expect(data["subject"] == nil)
            let (text, header) = try receiver.open(try #require(data["sealed"] as? String))
            #expect(text == Self.personal)
            #expect(header["kid"] as? String == "k1")
        }
    }

    @Test(
        "What nobody could open is not sent: no key, a private one, none at all",
        arguments: [
            (String?.none, "no_public_key"), ("", "bad_public_key"), (#"{"kty":"RSA"}"#, "bad_public_key"),
            (SealedReceiver().privateJWK, "bad_public_key"),
        ]
    )
    func noKey(key: String?, cause: String) async throws {
        try await with { admin, sender in
            try await declareQueue(admin)
            #expect(try await sender.send(message(), over: channel, publicKey: key) == .refused(cause))
            #expect(try await admin.get(queue: "acme") == nil)
            // About nobody, no key is needed.
            #expect(try await sender.send(message(personal: nil), over: channel, publicKey: key).isDone)
        }
    }

    @Test("Thin, it needs no key and names nobody")
    func thin() async throws {
        try await with(base: "https://p.example") { admin, sender in
            try await declareQueue(admin)
            var channel = channel
            channel.isThin = true
            #expect(try await sender.send(message(), over: channel, publicKey: nil).isDone)
            let body = String(decoding: try #require(try await admin.get(queue: "acme")).body, as: UTF8.self)
            #expect(body.contains(#""reference":"https://p.example/v1/requests/"#))
            #expect(!body.contains("canary"))
        }
    }

    @Test("A client whose queue nobody has made is told apart from one whose queue is full")
    func queues() async throws {
        try await with { admin, sender in
            let key = SealedReceiver().publicJWK
            #expect(try await sender.send(message(), over: channel, publicKey: key) == .refused("unroutable"))
            try await admin.declare(
                queue: "acme",
                arguments: ["x-max-length": .int(1), "x-overflow": .string("reject-publish")]
            )
            try await admin.bind(queue: "acme", exchange: Topology.outcomes, routingKey: "client.acme.#")
            var verdict = AttemptVerdict.done()
            for _ in 0..<50 where verdict.isDone {
                verdict = try await sender.send(message(), over: channel, publicKey: key)
            }
            #expect(verdict == .retry("nacked", blamesTarget: true))
        }
    }

    @Test("A broker without the exchange of outcomes is our failure, and the client's queue is not blamed")
    func noExchange() async throws {
        try await with(timeout: .seconds(5)) { admin, sender in
            try await admin.delete(exchange: Topology.outcomes)
            let verdict = try await sender.send(message(personal: nil), over: channel, publicKey: nil)
            #expect(verdict.outcome == .retry)
            #expect(verdict.cause == "broker_channel_closed")
            #expect(!verdict.blamesTarget)
        }
    }
}
