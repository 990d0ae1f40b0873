import AMQP
import ArgumentParser
import Fleet
import FoundationEssentials
import Rights

/// `habeas bench broker`
struct BenchBroker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Takes waiting events off the intake queue and answers each, without doing anything for it.",
        discussion: """
            The ceiling of the broker: the messages that intake would receive and send, acknowledged and confirmed in the same
            batches, and no database.

            Example:
              habeas bench generate --count 100000 && habeas bench broker --count 100000
            """
    )

    @Option(help: "How many events wait.")
    var count: Int

    @Option(help: "Where the answers go, a routing key of the outcome exchange.")
    var routingKey = "publisher.bench.io.habeas.request.accepted.v1"

    @Option(help: "Bytes of an answer.")
    var bytes = 900

    @OptionGroup var common: CommonOptions

    /// Ids in one wake-up, as intake bundles them.
    private static let bundle = 50

    func run() async throws {
        let configuration = try common.configuration()
        var target = try AMQPConfiguration(url: configuration.required(.amqpURL))
        target.connectionName = "habeas bench broker"
        try await AMQPChannel.open(target).close()
        let consumer = AMQPConsumer(
            configuration: target,
            queue: Topology.intake,
            prefetch: configuration.prefetch,
            batch: BatchLimits(
                count: configuration.batch.count,
                bytes: configuration.batch.bytes,
                linger: configuration.batch.linger
            ),
            logger: .silent
        )
        let publisher = AMQPPublisher(configuration: target, logger: .silent)
        let start = ContinuousClock.now
        await publisher.start()
        await consumer.start()
        let failed = await echo(consumer, publisher)
        let seconds = start.duration(to: .now) / .seconds(1)
        await consumer.close()
        await publisher.close()
        guard failed == 0 else {
            throw Failure("answers", "\(failed) were not confirmed", "look at the broker's queues and alarms")
        }
        StandardOutput.write([
            "count": .integer(count), "seconds": .number(seconds), "per_second": .number(Double(count) / seconds),
        ])
    }

    /// Returns how many answers the broker did not confirm.
    private func echo(_ consumer: AMQPConsumer, _ publisher: AMQPPublisher) async -> Int {
        let answer = [UInt8](repeating: UInt8(ascii: "x"), count: bytes)
        return await withTaskGroup(of: Int.self) { group in
            var taken = 0
            var failed = 0
            var underWay = 0
            while taken < count, let batch = await consumer.nextBatch() {
                taken += batch.count
                await consumer.acknowledge(batch.map(\.tag))
                let messages = answers(batch.count, answer)
                if underWay >= 8, let more = await group.next() {
                    failed += more
                    underWay -= 1
                }
                underWay += 1
                group.addTask { await publisher.publish(messages).count { $0 != .confirmed } }
            }
            for await more in group { failed += more }
            return failed
        }
    }

    private func answers(_ events: Int, _ body: [UInt8]) -> [Message] {
        func message(_ exchange: String, _ key: String, _ body: [UInt8]) -> Message {
            let properties = Properties(contentType: "application/json", messageID: UUID().lowercaseText)
            return Message(exchange: exchange, routingKey: key, properties: properties, body: body)
        }
        let wakeUp = [UInt8](repeating: UInt8(ascii: "x"), count: Self.bundle * 39)
        return (0..<events).map { _ in message(Topology.outcomes, routingKey, body) }
            + (0..<(events + Self.bundle - 1) / Self.bundle).map { _ in
                message(Topology.work, "habeas.referral", wakeUp)
            }
    }
}
