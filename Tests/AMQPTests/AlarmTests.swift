import AMQP
import Foundation
import TestKit
import Testing

/// A memory alarm concerns the whole broker and would hold up every other test: run alone, on request.
@Suite(
    "A broker under a memory alarm",
    .broker,
    .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["HABEAS_TEST_EXCLUSIVE"] == "1")
)
struct AlarmTests {
    @Test("blocks a publisher, which says so and goes on afterwards; consumers go on all the while")
    func alarm() async throws {
        let host = try #require(VirtualHost.current)
        let channel = try await host.openChannel()
        try await channel.declare(queue: "q")
        let publisher = AMQPPublisher(configuration: try host.configuration(), logger: quiet)
        await publisher.start()
        let message = Message(exchange: "", routingKey: "q", body: [1])
        #expect(await publisher.publish([message]) == [.confirmed])

        try host.server.control("set_vm_memory_high_watermark", "0.000001")
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
}
