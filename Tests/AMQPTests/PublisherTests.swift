import AMQP
import FoundationEssentials
import TestKit
import Testing

@Suite("A publisher", .broker)
struct PublisherTests {
    private var host: VirtualHost { get throws { try #require(VirtualHost.current) } }

    private func withPublisher(
        maxInFlight: Int = 4096,
        _ body: (AMQPPublisher, AMQPChannel) async throws -> Void
    ) async throws {
        let channel = try await host.openChannel()
        let publisher = AMQPPublisher(
            configuration: try host.configuration(name: "test-publisher"),
            maxInFlight: maxInFlight,
            logger: quiet
        )
        await publisher.start()
        try await body(publisher, channel)
        await publisher.close()
        await channel.close()
    }

    private func message(_ queue: String, _ id: Int = 0, mandatory: Bool = true) -> Message {
        Message(
            exchange: "",
            routingKey: queue,
            mandatory: mandatory,
            properties: Properties(messageID: "m\(id)"),
            body: Array("body \(id)".utf8)
        )
    }

    @Test("carries every property and header type there and back")
    func properties() async throws {
        try await withPublisher { publisher, channel in
            try await channel.declare(queue: "q")
            var properties = Properties(contentType: "application/json", messageID: "id-1", type: "a.type")
            properties.contentEncoding = "identity"
            properties.priority = 7
            properties.correlationID = "corr"
            properties.replyTo = "reply"
            properties.expiration = "60000"
            properties.timestamp = Date(timeIntervalSince1970: 1_700_000_000)
            properties.userID = try host.configuration().user
            properties.appID = "app"
            properties.headers = [
                "bool": true, "int": .int(.min), "double": .double(-1.5), "decimal": .decimal(scale: 2, value: 314),
                "string": "grüße", "empty": "", "bytes": .bytes([0, 255, 128]), "null": .null,
                "time": .timestamp(Date(timeIntervalSince1970: 1)),
                "array": .array([1, "two", .array([]), .table([:])]),
                "table": .table(["inner": .table(["deep": 3])]),
            ]
            let sent = Message(exchange: "", routingKey: "q", properties: properties, body: [0, 1, 2, 255])
            #expect(await publisher.publish([sent]) == [.confirmed])
            let got = try #require(try await channel.get(queue: "q"))
            #expect(got.properties == properties)
            #expect(got.body == sent.body)
            #expect(!got.isTruncated)
            #expect(got.deliveryCount == 0)
        }
    }

    @Test("tells unroutable messages from their routed neighbours")
    func unroutable() async throws {
        try await withPublisher { publisher, channel in
            try await channel.declare(queue: "q")
            let messages = (0..<300).map { message($0.isMultiple(of: 3) ? "nowhere" : "q", $0) }
            let outcomes = await publisher.publish(messages)
            for (index, outcome) in outcomes.enumerated() {
                let expected: PublishOutcome =
                    index.isMultiple(of: 3) ? .unroutable(code: 312, text: "NO_ROUTE") : .confirmed
                #expect(outcome == expected, "message \(index)")
            }
            #expect(await publisher.publish([message("nowhere", mandatory: false)]) == [.confirmed])
        }
    }

    @Test("hears the refusal of a full queue")
    func nacked() async throws {
        try await withPublisher { publisher, channel in
            try await channel.declare(
                queue: "full",
                arguments: ["x-max-length": 2, "x-overflow": "reject-publish", "x-queue-type": "classic"]
            )
            #expect(await publisher.publish([message("full"), message("full")]) == [.confirmed, .confirmed])
            #expect(await publisher.publish((0..<3).map { message("full", $0) }) == [.nacked, .nacked, .nacked])
        }
    }

    @Test("keeps the order of one call, and its outcomes, with more messages than may be under way")
    func window() async throws {
        try await withPublisher(maxInFlight: 32) { publisher, channel in
            try await channel.declare(queue: "q")
            let outcomes = await publisher.publish((0..<1000).map { message("q", $0) })
            #expect(outcomes.allSatisfy { $0 == .confirmed })
            for id in [0, 1, 2] { #expect(try await channel.get(queue: "q")?.properties.messageID == "m\(id)") }
        }
    }

    @Test("serves many callers at once")
    func manyCallers() async throws {
        try await withPublisher { publisher, channel in
            try await channel.declare(queue: "q")
            await withTaskGroup { group in
                for caller in 0..<50 {
                    group.addTask {
                        for _ in 0..<20 {
                            let outcomes = await publisher.publish((0..<5).map { message("q", caller * 100 + $0) })
                            #expect(outcomes == Array(repeating: .confirmed, count: 5))
                        }
                    }
                }
            }
            #expect(try await eventually { try await channel.passiveDeclare(queue: "q").messages == 5000 })
        }
    }

    @Test("does not send what the protocol cannot carry, and sends its neighbours")
    func invalid() async throws {
        try await withPublisher { publisher, channel in
            try await channel.declare(queue: "q")
            var longID = message("q")
            longID.properties.messageID = String(repeating: "x", count: 256)
            var deep = FieldValue.int(1)
            for _ in 0..<40 { deep = .table(["k": deep]) }
            var tooDeep = message("q")
            tooDeep.properties.headers = ["deep": deep]
            var tooLarge = message("q")
            tooLarge.properties.headers = ["large": .string(String(repeating: "x", count: 140_000))]
            let longKey = message(String(repeating: "k", count: 256))
            let outcomes = await publisher.publish([message("q"), longID, tooDeep, tooLarge, longKey, message("q")])
            #expect(outcomes.first == .confirmed)
            #expect(outcomes.last == .confirmed)
            #expect(outcomes[1...4].allSatisfy { $0 == .unknown(.invalidMessage) })
            #expect(publisher.health.connections == 1)
        }
    }

    @Test("goes on after a message that costs the channel")
    func channelClosed() async throws {
        try await withPublisher { publisher, channel in
            try await channel.declare(queue: "q")
            let lost = await publisher.publish([Message(exchange: "no-such-exchange", routingKey: "k", body: [])])
            #expect(lost == [.unknown(.channelClosed)])
            #expect(publisher.health.lastError?.replyCode == 404)
            #expect(await publisher.publish([message("q")]) == [.confirmed])
            #expect(publisher.health.connections == 1)
        }
    }

    @Test("publishes a large body")
    func largeBody() async throws {
        try await withPublisher { publisher, channel in
            try await channel.declare(queue: "q")
            let body = [UInt8](repeating: 7, count: 900_000)
            #expect(await publisher.publish([Message(exchange: "", routingKey: "q", body: body)]) == [.confirmed])
            #expect(try await channel.get(queue: "q")?.body == body)
        }
    }

    @Test("connects again after the broker closes the connection, and answers every call meanwhile")
    func reconnects() async throws {
        try await withPublisher { publisher, channel in
            try await channel.declare(queue: "q")
            #expect(await publisher.publish([message("q")]) == [.confirmed])
            async let closed = host.closeConnections(named: "test-publisher")
            var confirmed = 1
            var unknown = 0
            while publisher.health.connections < 2 {
                for outcome in await publisher.publish((0..<10).map { message("q", $0) }) {
                    switch outcome {
                    case .confirmed: confirmed += 1
                    case .unknown: unknown += 1
                    default: Issue.record("unexpected \(outcome)")
                    }
                }
            }
            #expect(try await closed > 0)
            #expect(await publisher.publish([message("q")]) == [.confirmed])
            confirmed += 1
            // Nothing confirmed is missing; what is unknown may have arrived or not.
            let (least, most) = (confirmed, confirmed + unknown)
            #expect(try await eventually { try await channel.passiveDeclare(queue: "q").messages >= least })
            #expect(try await channel.passiveDeclare(queue: "q").messages <= most)
        }
    }

    @Test("gives up after the call's time when there is no broker")
    func noBroker() async throws {
        var configuration = try host.configuration()
        configuration.hosts = [.init(name: "127.0.0.1", port: 1)]
        let publisher = AMQPPublisher(configuration: configuration, logger: quiet)
        await publisher.start()
        #expect(await publisher.publish([message("q")], timeout: .milliseconds(50)) == [.unknown(.timeout)])
        await publisher.close()
        #expect(await publisher.publish([message("q")]) == [.unknown(.closed)])
        #expect(publisher.health.isClosed)
    }

    @Test("notices a silent broker by its heartbeats, and goes on when it speaks again")
    func silentBroker() async throws {
        let channel = try await host.openChannel()
        try await channel.declare(queue: "q")
        var configuration = try host.configuration()
        let relay = try BrokerRelay(to: configuration.hosts[0].port)
        configuration.hosts = [.init(name: "127.0.0.1", port: relay.port)]
        configuration.heartbeat = .seconds(1)
        configuration.connectTimeout = .seconds(1)
        let publisher = AMQPPublisher(configuration: configuration, logger: quiet)
        await publisher.start()
        #expect(await publisher.publish([message("q")]) == [.confirmed])
        relay.freeze()
        // Published into the silence again and again, also after the heartbeat is overdue.
        var outcomes: Set<Bool> = []
        while publisher.health.connections == 1, publisher.health.isConnected {
            outcomes.insert(await publisher.publish([message("q")], timeout: .milliseconds(200)) == [.confirmed])
        }
        #expect(outcomes == [false])
        relay.thaw()
        #expect(await publisher.publish([message("q")]) == [.confirmed])
        await publisher.close()
        await channel.close()
        relay.stop()
    }
}
