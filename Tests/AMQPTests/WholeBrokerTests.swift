import AMQP
import Foundation
import TestKit
import Testing

/// What concerns the whole broker would hold up every other test: run alone, on request.
@Suite(
    "The whole broker",
    .broker,
    .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["HABEAS_TEST_EXCLUSIVE"] == "1")
)
struct WholeBrokerTests {
    @Test(
        "blocks a publisher under a memory alarm, which says so and goes on afterwards; consumers go on all the while"
    )
    func alarm() async throws {
        let host = try #require(VirtualHost.current)
        let channel = try await host.openChannel()
        try await channel.declare(queue: "q")
        let publisher = AMQPPublisher(configuration: try host.configuration(), logger: quiet)
        await publisher.start()
        let message = Message(exchange: "", routingKey: "q", body: [1])
        #expect(await publisher.publish([message]) == [.confirmed])

        try host.server.control("set_vm_memory_high_watermark", "0.000001")
        // Whatever comes of the test, the broker is not left blocked.
        defer { try? host.server.control("set_vm_memory_high_watermark", "0.4") }
        // The broker blocks a connection when it publishes the next time.
        var outcomes: [PublishOutcome] = []
        while !publisher.health.isBlocked {
            outcomes += await publisher.publish([message], timeout: .milliseconds(100))
        }
        #expect(await publisher.publish([message], timeout: .milliseconds(100)) == [.unknown(.blocked)])
        let consumer = AMQPConsumer(
            configuration: try host.configuration(),
            queue: "q",
            prefetch: 10,
            batch: BatchLimits(count: 10, linger: .zero),
            logger: quiet
        )
        await consumer.start()
        let batch = try #require(await consumer.nextBatch())
        await consumer.acknowledge(batch.map(\.tag))
        try host.server.control("set_vm_memory_high_watermark", "0.4")
        #expect(await publisher.publish([message]) == [.confirmed])
        #expect(!publisher.health.isBlocked)
        #expect(publisher.health.connections == 1)
        await consumer.close()
        await publisher.close()
        await channel.close()
    }
    @Test("goes down and comes back: publisher and consumer go on without help, and nothing confirmed is lost")
    func restart() async throws {
        let host = try #require(VirtualHost.current)
        let channel = try await host.openChannel()
        try await channel.declare(queue: "q", arguments: ["x-queue-type": "quorum"])
        await channel.close()
        let publisher = AMQPPublisher(configuration: try host.configuration(), logger: quiet)
        await publisher.start()
        let consumer = AMQPConsumer(
            configuration: try host.configuration(),
            queue: "q",
            prefetch: 100,
            batch: BatchLimits(count: 10, linger: .zero),
            logger: quiet
        )
        await consumer.start()
        let handler = Task {
            var seen: Set<[UInt8]> = []
            while let batch = await consumer.nextBatch() {
                seen.formUnion(batch.map(\.body))
                await consumer.acknowledge(batch.map(\.tag))
                if seen.contains(Array("last".utf8)) { break }
            }
            return seen
        }
        let restarting = Task.detached {
            try host.server.control("stop_app")
            try host.server.control("start_app")
        }
        var confirmed: Set<[UInt8]> = []
        var number = 0
        while publisher.health.connections < 2 {
            let body = Array("\(number)".utf8)
            number += 1
            let message = Message(exchange: "", routingKey: "q", body: body)
            if await publisher.publish([message], timeout: .seconds(5)) == [.confirmed] { confirmed.insert(body) }
        }
        try await restarting.value
        let last = Message(exchange: "", routingKey: "q", body: Array("last".utf8))
        var outcome = await publisher.publish([last])
        while outcome != [.confirmed] { outcome = await publisher.publish([last]) }
        #expect(await handler.value.isSuperset(of: confirmed))
        #expect(consumer.health.connections >= 2)
        await consumer.close()
        await publisher.close()
    }
}
