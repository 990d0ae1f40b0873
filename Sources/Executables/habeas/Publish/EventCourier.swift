import AMQP
import Fleet
import Logging

/// Takes events to the broker as the login of `amqp.url`, whose name is what intake believes.
struct EventCourier {
    private let target: AMQPConfiguration

    /// - Parameter name: of the connection.
    init(_ configuration: FleetConfiguration, name: String) throws {
        var target = try AMQPConfiguration(url: configuration.required(.amqpURL))
        target.heartbeat = configuration.heartbeat
        target.connectionName = name
        self.target = target
    }

    var user: String { target.user }

    func publish(_ messages: [Message]) async throws -> [PublishOutcome] {
        // Tells a wrong password from a broker that is away, which a publisher that keeps trying cannot.
        try await AMQPChannel.open(target).close()
        let publisher = AMQPPublisher(configuration: target, logger: .silent)
        await publisher.start()
        var outcomes: [PublishOutcome] = []
        for start in stride(from: 0, to: messages.count, by: 1_000) {
            outcomes += await publisher.publish(Array(messages[start..<min(start + 1_000, messages.count)]))
        }
        await publisher.close()
        return outcomes
    }
}
