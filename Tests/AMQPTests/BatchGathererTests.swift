import Testing

@testable import AMQP

@Suite("The batch gatherer")
struct BatchGathererTests {
    private let start = ContinuousClock.now

    private func delivery(_ number: UInt64, bytes: Int = 1) -> Delivery {
        Delivery(
            tag: DeliveryTag(generation: 1, tag: number),
            exchange: "",
            routingKey: "",
            redelivered: false,
            properties: Properties(),
            body: [UInt8](repeating: 0, count: bytes),
            announcedSize: bytes
        )
    }

    private func tags(_ batch: [Delivery]?) -> [UInt64]? { batch.map { $0.map(\.tag.tag) } }

    @Test("hands out a batch as soon as it is full by count")
    func count() {
        var gatherer = BatchGatherer(limits: BatchLimits(count: 2, bytes: 100, linger: .seconds(1)))
        for number: UInt64 in 1...5 { gatherer.append(delivery(number), at: start) }
        #expect(tags(gatherer.take(at: start, flushing: false)) == [1, 2])
        #expect(tags(gatherer.take(at: start, flushing: false)) == [3, 4])
        #expect(gatherer.take(at: start, flushing: false) == nil)
    }

    @Test("keeps a batch below its bytes, and lets a larger body stand alone")
    func bytes() {
        var gatherer = BatchGatherer(limits: BatchLimits(count: 10, bytes: 100, linger: .seconds(1)))
        for (number, size) in [(1, 60), (2, 60), (3, 500), (4, 1)] {
            gatherer.append(delivery(UInt64(number), bytes: size), at: start)
        }
        #expect(tags(gatherer.take(at: start, flushing: false)) == [1])
        #expect(tags(gatherer.take(at: start, flushing: false)) == [2])
        #expect(tags(gatherer.take(at: start, flushing: false)) == [3])
        #expect(tags(gatherer.take(at: start, flushing: true)) == [4])
        #expect(gatherer.isEmpty)
    }

    @Test("lingers from the oldest delivery on")
    func linger() {
        var gatherer = BatchGatherer(limits: BatchLimits(count: 10, bytes: 100, linger: .milliseconds(5)))
        gatherer.append(delivery(1), at: start)
        gatherer.append(delivery(2), at: start + .milliseconds(4))
        #expect(gatherer.due == start + .milliseconds(5))
        #expect(gatherer.take(at: start + .milliseconds(4), flushing: false) == nil)
        #expect(tags(gatherer.take(at: start + .milliseconds(5), flushing: false)) == [1, 2])
        #expect(gatherer.due == nil)
    }
}
