package import AMQP

/// Whether a worker does its work now: consumers registered, frames pumped within two heartbeats, database answering.
package enum Readiness {
    /// The reasons against; none means ready. A broker that blocks publishers is none: work goes on, the outbox waits.
    package static func reasons(
        consumers: [AMQPConsumer],
        publisher: AMQPPublisher,
        gate: OutageGate,
        patience: Duration
    ) async -> [String] {
        var reasons: [String] = []
        for consumer in consumers {
            let health = consumer.health
            if !health.isConsumerRegistered { reasons.append("\(consumer.queue): no consumer is registered") }
            if !health.isPumping(within: patience) {
                reasons.append("\(consumer.queue): no frames were pumped for two heartbeats")
            }
        }
        if !publisher.health.isConnected { reasons.append("the publishing connection is down") }
        if await gate.since != nil { reasons.append("the database does not answer") }
        if let code = await gate.refusal {
            reasons.append(
                "the database refuses the work (SQLSTATE \(code)): run `habeas migrate`, check the login's role"
            )
        }
        return reasons
    }
}
