import AMQP
import TestKit
import Testing

@Suite("A consumer", .broker)
struct ConsumerTests {
    private var host: VirtualHost { get throws { try #require(VirtualHost.current) } }

    private func consumer(
        _ queue: String = "q",
        prefetch: Int = 500,
        batch: BatchLimits = BatchLimits(count: 100, linger: .milliseconds(2))
    ) async throws -> AMQPConsumer {
        let consumer = AMQPConsumer(
            configuration: try host.configuration(name: "test-consumer"),
            queue: queue,
            prefetch: prefetch,
            batch: batch,
            logger: quiet
        )
        await consumer.start()
        return consumer
    }

    /// Publishes `numbers` as bodies to a queue, which is made if need be.
    private func publish(_ numbers: Range<Int>, to queue: String = "q", quorum: Bool = true) async throws {
        let channel = try await host.openChannel()
        try await channel.declare(queue: queue, arguments: ["x-queue-type": quorum ? "quorum" : "classic"])
        let publisher = AMQPPublisher(configuration: try host.configuration(), logger: quiet)
        await publisher.start()
        let outcomes = await publisher.publish(
            numbers.map { Message(exchange: "", routingKey: queue, body: Array("\($0)".utf8)) }
        )
        #expect(outcomes.allSatisfy { $0 == .confirmed })
        await publisher.close()
        await channel.close()
    }

    private func number(_ delivery: Delivery) -> Int? { Int(String(decoding: delivery.body, as: UTF8.self)) }

    /// Takes and acknowledges until all of `numbers` were seen.
    private func drain(_ consumer: AMQPConsumer, until numbers: Range<Int>) async -> Set<Int> {
        var seen: Set<Int> = []
        while !seen.isSuperset(of: numbers), let batch = await consumer.nextBatch() {
            seen.formUnion(batch.compactMap(number))
            await consumer.acknowledge(batch.map(\.tag))
        }
        return seen
    }

    @Test("takes everything once, in order, and empties the queue")
    func everything() async throws {
        try await publish(0..<5000)
        let consumer = try await consumer()
        var seen: [Int] = []
        while seen.count < 5000, let batch = await consumer.nextBatch() {
            #expect(batch.count <= 100)
            seen += batch.compactMap(number)
            await consumer.acknowledge(batch.map(\.tag))
        }
        #expect(Set(seen) == Set(0..<5000))
        #expect(seen.count == 5000)
        await consumer.close()
        let channel = try await host.openChannel()
        #expect(
            try await eventually { try await channel.passiveDeclare(queue: "q") == .init(messages: 0, consumers: 0) }
        )
        await channel.close()
        #expect(consumer.health.prefetch == 500)
        #expect(consumer.health.staleAcknowledgements == 0)
    }

    @Test("shares its batches among many waiting handlers that finish out of order")
    func manyHandlers() async throws {
        try await publish(0..<3000)
        let consumer = try await consumer(batch: BatchLimits(count: 7, linger: .zero))
        let (numbers, continuation) = AsyncStream<Int>.makeStream()
        let handlers = Task {
            await withTaskGroup { group in
                for handler in 0..<8 {
                    group.addTask {
                        while let batch = await consumer.nextBatch() {
                            for _ in 0..<handler { await Task.yield() }
                            await consumer.acknowledge(batch.map(\.tag).reversed())
                            for delivery in batch { continuation.yield(number(delivery) ?? -1) }
                        }
                    }
                }
            }
        }
        var seen: [Int] = []
        for await number in numbers {
            seen.append(number)
            if seen.count == 3000 { break }
        }
        #expect(Set(seen) == Set(0..<3000))
        await consumer.stopConsuming()
        await handlers.value
        await consumer.close()
        let channel = try await host.openChannel()
        #expect(try await eventually { try await channel.passiveDeclare(queue: "q").messages == 0 })
        await channel.close()
    }

    @Test("gives back and dead-letters what is rejected")
    func rejects() async throws {
        let channel = try await host.openChannel()
        try await channel.declare(exchange: "dead", type: "fanout")
        try await channel.declare(queue: "morgue")
        try await channel.bind(queue: "morgue", exchange: "dead", routingKey: "")
        try await channel.declare(
            queue: "q",
            arguments: ["x-queue-type": "quorum", "x-dead-letter-exchange": "dead", "x-delivery-limit": 10]
        )
        try await publishOne()
        let consumer = try await consumer(batch: BatchLimits(count: 1, linger: .zero))
        let first = try #require(await consumer.nextBatch()?.first)
        #expect(first.deliveryCount == 0)
        await consumer.reject(first.tag, requeue: true)
        let second = try #require(await consumer.nextBatch()?.first)
        #expect(second.redelivered)
        #expect(second.deliveryCount == 1)
        await consumer.reject(second.tag, requeue: false)
        #expect(try await eventually { try await channel.passiveDeclare(queue: "morgue").messages == 1 })
        await consumer.close()
        await channel.close()
    }

    private func publishOne() async throws {
        let publisher = AMQPPublisher(configuration: try host.configuration(), logger: quiet)
        await publisher.start()
        #expect(await publisher.publish([Message(exchange: "", routingKey: "q", body: [1])]) == [.confirmed])
        await publisher.close()
    }

    @Test("consumes again without help after the broker closed the connection")
    func reconnects() async throws {
        try await publish(0..<100)
        let consumer = try await consumer()
        #expect(await drain(consumer, until: 0..<100).count == 100)
        for round in 1...2 {
            #expect(try await host.closeConnections(named: "test-consumer") > 0)
            let numbers = round * 100..<round * 100 + 100
            try await publish(numbers)
            #expect(await drain(consumer, until: numbers).isSuperset(of: numbers))
        }
        #expect(consumer.health.connections == 3)
        #expect(consumer.health.isPumping(within: .seconds(20)))
        await consumer.close()
    }

    @Test("drops acknowledgements of an earlier connection, and takes those deliveries again")
    func generations() async throws {
        try await publish(0..<10)
        let consumer = try await consumer(batch: BatchLimits(count: 10, linger: .milliseconds(200)))
        let before = try #require(await consumer.nextBatch())
        #expect(before.count == 10)
        #expect(try await host.closeConnections(named: "test-consumer") > 0)
        let after = try #require(await consumer.nextBatch())
        await consumer.acknowledge(before.map(\.tag))
        await consumer.reject(before[0].tag, requeue: false)
        #expect(after.count == 10)
        #expect(after.allSatisfy { $0.redelivered })
        #expect(Set(after.compactMap(number)) == Set(before.compactMap(number)))
        await consumer.acknowledge(after.map(\.tag))
        await consumer.close()
        #expect(consumer.health.staleAcknowledgements == 11)
        let channel = try await host.openChannel()
        #expect(try await eventually { try await channel.passiveDeclare(queue: "q").messages == 0 })
        await channel.close()
    }

    @Test("recovers when its queue is deleted and comes back")
    func cancelled() async throws {
        try await publish(0..<10)
        let consumer = try await consumer()
        #expect(await drain(consumer, until: 0..<10).count == 10)
        let channel = try await host.openChannel()
        try await channel.delete(queue: "q")
        #expect(await eventually { !consumer.health.isConsumerRegistered && consumer.health.lastError != nil })
        #expect(await eventually { consumer.health.lastError?.replyCode == 404 })
        #expect(!consumer.health.isPumping(within: .seconds(100)))
        try await publish(10..<20)
        #expect(await drain(consumer, until: 10..<20).count == 10)
        #expect(consumer.health.isConsumerRegistered)
        await consumer.close()
        await channel.close()
    }

    @Test("waits for a queue that does not exist yet")
    func queueToCome() async throws {
        let consumer = try await consumer()
        #expect(await eventually { consumer.health.lastError?.replyCode == 404 })
        try await publish(0..<3)
        #expect(await drain(consumer, until: 0..<3).count == 3)
        await consumer.close()
    }

    @Test("cuts a body of 5 MB to its head, and leaves the neighbours whole")
    func hugeBody() async throws {
        let channel = try await host.openChannel()
        try await channel.declare(queue: "q", arguments: ["x-queue-type": "quorum"])
        let publisher = AMQPPublisher(configuration: try host.configuration(), logger: quiet)
        await publisher.start()
        let huge = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let bodies: [[UInt8]] = [[1, 2, 3], huge, [4, 5, 6]]
        let outcomes = await publisher.publish(bodies.map { Message(exchange: "", routingKey: "q", body: $0) })
        #expect(outcomes == [.confirmed, .confirmed, .confirmed])
        let consumer = try await consumer()
        var deliveries: [Delivery] = []
        while deliveries.count < 3, let batch = await consumer.nextBatch() { deliveries += batch }
        #expect(deliveries[0].body == bodies[0])
        #expect(deliveries[2].body == bodies[2])
        let cut = deliveries[1]
        #expect(cut.isTruncated)
        #expect(cut.announcedSize == 5_000_000)
        #expect(cut.body == Array(huge[..<(1 << 20)]))
        var digest = FNV1a()
        huge.withUnsafeBytes { digest.update($0) }
        #expect(cut.truncatedDigest == digest.finish())
        await consumer.acknowledge(deliveries.map(\.tag))
        await consumer.close()
        #expect(try await eventually { try await channel.passiveDeclare(queue: "q").messages == 0 })
        await publisher.close()
        await channel.close()
    }

    @Test("survives header tables nested thousands deep", arguments: [5_000, 15_000])
    func deepHeaders(depth: Int) async throws {
        try await publish(0..<1)
        let table = String(repeating: #"{"k":"#, count: depth) + "1" + String(repeating: "}", count: depth)
        let json =
            #"{"properties":{"headers":{"deep":\#(table)}},"routing_key":"q","payload":"1","payload_encoding":"string"}"#
        try await host.server.manage("POST", "exchanges/\(host.name)/amq.default/publish", json: json)
        try await publish(2..<3)
        let consumer = try await consumer()
        var deliveries: [Delivery] = []
        while deliveries.count < 3, let batch = await consumer.nextBatch() { deliveries += batch }
        #expect(deliveries.compactMap(number) == [0, 1, 2])
        var value = deliveries[1].properties.headers["deep"]
        var levels = 0
        while case .table(let inner) = value {
            value = inner["k"]
            levels += 1
        }
        #expect(value == .tooDeep)
        #expect(levels == FieldValue.depthLimit - 1)
        await consumer.acknowledge(deliveries.map(\.tag))
        await consumer.close()
    }

    @Test("hands out by count and by bytes before the linger ends")
    func limits() async throws {
        try await publish(0..<40)
        let consumer = try await consumer(batch: BatchLimits(count: 20, bytes: 1 << 20, linger: .seconds(600)))
        #expect(await consumer.nextBatch()?.count == 20)
        #expect(await consumer.nextBatch()?.count == 20)
        await consumer.close()
        // Bodies of one or two bytes.
        let byBytes = try await self.consumer(batch: BatchLimits(count: 1000, bytes: 10, linger: .seconds(600)))
        let batch = try #require(await byBytes.nextBatch())
        #expect(batch.map(\.body.count).reduce(0, +) <= 10)
        await byBytes.close()
    }

    @Test("holds back as many as the prefetch says, whatever its steps")
    func prefetch() async throws {
        try await publish(0..<200)
        let consumer = try await consumer(prefetch: 64, batch: BatchLimits(count: 16, linger: .zero))
        var held: [Delivery] = []
        while held.count < 64, let batch = await consumer.nextBatch() { held += batch }
        #expect(await eventually { consumer.health.prefetch == 64 })
        // The former registration's 16 come on top while they are unsettled.
        #expect(await eventually { consumer.health.unsettled >= 64 })
        #expect(consumer.health.unsettled <= 80)
        await consumer.acknowledge(held.map(\.tag))
        #expect(await drain(consumer, until: 64..<200).count >= 120)
        await consumer.close()
    }

    @Test("hands out and settles the rest after stopping, then ends")
    func stopping() async throws {
        try await publish(0..<100)
        let consumer = try await consumer(prefetch: 10, batch: BatchLimits(count: 4, linger: .seconds(600)))
        let service = Task { try await consumer.run() }
        var taken = try #require(await consumer.nextBatch())
        await consumer.stopConsuming()
        #expect(consumer.health.isConnected)
        while let batch = await consumer.nextBatch() { taken += batch }
        #expect(taken.count < 100)
        await consumer.acknowledge(taken.map(\.tag))
        try await service.value
        #expect(consumer.health.isClosed)
        let channel = try await host.openChannel()
        let left = AMQPChannel.QueueStatus(messages: 100 - taken.count, consumers: 0)
        #expect(try await eventually { try await channel.passiveDeclare(queue: "q") == left })
        await channel.close()
    }

    @Test("ends a waiting handler whose task is cancelled, and no other")
    func cancellation() async throws {
        try await publish(0..<0)
        let consumer = try await consumer()
        let waiting = Task { await consumer.nextBatch() }
        let other = Task { await consumer.nextBatch() }
        waiting.cancel()
        #expect(await waiting.value?.count == nil)
        try await publish(0..<1)
        #expect(await other.value?.count == 1)
        await consumer.close()
    }

    @Test("keeps its heartbeats while a handler is busy for many of them")
    func busyHandler() async throws {
        try await publish(0..<1)
        var configuration = try host.configuration(name: "test-consumer")
        configuration.heartbeat = .seconds(1)
        let consumer = AMQPConsumer(
            configuration: configuration,
            queue: "q",
            prefetch: 10,
            batch: BatchLimits(count: 1, linger: .zero),
            logger: quiet
        )
        await consumer.start()
        let batch = try #require(await consumer.nextBatch())
        // Time itself is under test here: five heartbeats without a word from the handler.
        try await Task.sleep(for: .seconds(5))
        await consumer.acknowledge(batch.map(\.tag))
        #expect(consumer.health.isPumping(within: .seconds(2)))
        #expect(consumer.health.connections == 1)
        await consumer.close()
        #expect(consumer.health.staleAcknowledgements == 0)
    }

    @Test("notices a silent broker by its heartbeats and connects again")
    func silentBroker() async throws {
        try await publish(0..<1)
        var configuration = try host.configuration()
        let relay = try BrokerRelay(to: configuration.hosts[0].port)
        configuration.hosts = [.init(name: "127.0.0.1", port: relay.port)]
        configuration.heartbeat = .seconds(1)
        configuration.connectTimeout = .seconds(1)
        let consumer = AMQPConsumer(
            configuration: configuration,
            queue: "q",
            prefetch: 10,
            batch: BatchLimits(count: 1, linger: .zero),
            logger: quiet
        )
        await consumer.start()
        #expect(await drain(consumer, until: 0..<1).count == 1)
        relay.freeze()
        #expect(await eventually { !consumer.health.isConnected })
        relay.thaw()
        try await publish(1..<2)
        #expect(await drain(consumer, until: 1..<2).count == 1)
        relay.cut()
        try await publish(2..<3)
        // The last acknowledgement may have been cut off with the line: then its message comes again.
        #expect(await drain(consumer, until: 2..<3).contains(2))
        await consumer.close()
        relay.stop()
    }

    @Test("survives a storm of starts and stops")
    func storm() async throws {
        try await publish(0..<200)
        try await withThrowingTaskGroup { group in
            for worker in 0..<6 {
                group.addTask {
                    for round in 0..<4 {
                        let consumer = try await consumer(batch: BatchLimits(count: 3, linger: .zero))
                        let service = Task { try await consumer.run() }
                        let handler = Task { await consumer.nextBatch() }
                        if (worker + round).isMultiple(of: 2) {
                            await consumer.stopConsuming()
                            await consumer.close()
                        } else {
                            service.cancel()
                        }
                        try await service.value
                        _ = await handler.value
                        #expect(await consumer.nextBatch()?.count == nil)
                    }
                }
            }
            try await group.waitForAll()
        }
        let channel = try await host.openChannel()
        #expect(
            try await eventually { try await channel.passiveDeclare(queue: "q") == .init(messages: 200, consumers: 0) }
        )
        await channel.close()
    }
}
