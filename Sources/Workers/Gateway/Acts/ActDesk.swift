import AMQP
import Fleet
import FoundationEssentials
import HTTPTypes
import Ledger
import Logging
import Observability
import Postgres
import Rights

/// Takes what clients do: once, and as done only when the broker has confirmed it.
struct ActDesk: Sendable {
    /// How long the broker may take to confirm.
    private static let patience = Duration.seconds(4)

    let pool: PostgresPool
    let publisher: AMQPPublisher
    let digest: KeyedDigest
    let metrics: GatewayMetrics
    let logger: Logger

    func act(
        _ type: EventType,
        in call: Call,
        given: [StaticString],
        _ members: (inout JSONWriter) -> Void
    ) throws(Problem) -> ClientAct {
        try ClientAct(type, in: call, given: given, digest: digest, members)
    }

    /// Publishes an act that is possible now, unless it was taken in before.
    ///
    /// - Parameters:
    ///   - reading: statements on whose answers it depends whether it is possible.
    ///   - check: throws a ``Problem`` where it is not; of an act that was taken in before only what does not exist is looked at.
    ///   - members: what the answer says besides.
    func accept(
        _ act: ClientAct,
        reading: [SQL],
        check: ([Rows], _ isRepeated: Bool) throws -> Void,
        _ members: @Sendable (inout JSONWriter) -> Void
    ) async throws -> Answer {
        let results = try await pool.withConnection { connection in
            try await connection.pipeline([Inbox.digests(of: [act.dedupeKey])] + reading)
        }
        var known: [UInt8]?
        for (_, content) in try results[0].decode([UInt8].self, [UInt8].self) { known = content }
        let isRepeated = known == act.contentDigest
        guard known == nil || isRepeated else {
            throw Problem(
                .keyReused,
                "idempotency-key",
                "came before with other content",
                "give every act a key of its own"
            )
        }
        try check(Array(results.dropFirst()), isRepeated)
        if !isRepeated { try await publish(act) }
        var writer = JSONWriter(capacity: 256)
        writer.object { body in
            body.member("accepted", act.event.type)
            body.member("event", act.event.id)
            members(&body)
            body.member("repeated", isRepeated ? true : nil)
            body.member("warnings", act.event.warnings.map { $0.hasPrefix("data.") ? String($0.dropFirst(5)) : $0 })
        }
        return Answer(202, writer.bytes)
    }

    private func publish(_ act: ClientAct) async throws {
        let name = act.event.type.name
        var properties = Properties(
            contentType: "application/cloudevents+json",
            deliveryMode: .persistent,
            messageID: act.event.id,
            type: name
        )
        properties.appID = act.event.source
        properties.userID = Publisher.gateway.brokerUser
        let message = Message(exchange: Topology.events, routingKey: name, properties: properties, body: act.bytes)
        switch await publisher.publish([message], timeout: Self.patience).first {
        case .confirmed: metrics.accepted(act.event.type.rawValue)
        case .unroutable:
            logger.error("the broker has no queue for events", metadata: .keys([.kind: "\(act.event.type.rawValue)"]))
            throw Problem.unavailable("the message broker is not set up", after: 60)
        case .nacked: throw Problem.unavailable("the message broker takes nothing now")
        case .unknown, nil: throw Problem.unavailable("the message broker has not confirmed it")
        }
    }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
}
