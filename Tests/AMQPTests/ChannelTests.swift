import AMQP
import TestKit
import Testing

@Suite("An administrative channel", .broker)
struct ChannelTests {
    private var host: VirtualHost { get throws { try #require(VirtualHost.current) } }

    @Test("declares, binds, counts, fetches, settles and deletes")
    func arrangement() async throws {
        let channel = try await host.openChannel()
        try await channel.declare(exchange: "events", type: "topic")
        try await channel.passiveDeclare(exchange: "events")
        try await channel.declare(queue: "q", arguments: ["x-queue-type": "quorum"])
        try await channel.bind(queue: "q", exchange: "events", routingKey: "a.*")
        let publisher = AMQPPublisher(configuration: try host.configuration(), logger: quiet)
        await publisher.start()
        let messages = ["a.1", "a.2"].map { Message(exchange: "events", routingKey: $0, body: Array($0.utf8)) }
        #expect(await publisher.publish(messages) == [.confirmed, .confirmed])

        #expect(try await eventually { try await channel.passiveDeclare(queue: "q").messages == 2 })
        let first = try #require(try await channel.get(queue: "q"))
        #expect(first.routingKey == "a.1")
        #expect(first.body == Array("a.1".utf8))
        try await channel.acknowledge(first.tag)
        let second = try #require(try await channel.get(queue: "q"))
        try await channel.reject(second.tag, requeue: true)
        #expect(try await eventually { try await channel.passiveDeclare(queue: "q").messages == 1 })
        #expect(try await channel.purge(queue: "q") == 1)
        #expect(try await channel.get(queue: "q")?.body == nil)
        try await channel.unbind(queue: "q", exchange: "events", routingKey: "a.*")
        try await channel.delete(queue: "q")
        try await channel.delete(exchange: "events")
        await publisher.close()
        await channel.close()
    }

    @Test("reports what does not exist and can be asked again")
    func missing() async throws {
        let channel = try await host.openChannel()
        for _ in 0..<3 {
            let error = await #expect(throws: AMQPError.self) { try await channel.passiveDeclare(queue: "nowhere") }
            #expect(error?.code == .channelClosed)
            #expect(error?.replyCode == 404)
            #expect(error?.isRetryable == false)
        }
        try await channel.declare(queue: "here")
        #expect(try await channel.passiveDeclare(queue: "here") == .init(messages: 0, consumers: 0))
        await channel.close()
        await #expect(throws: AMQPError(.closed)) { try await channel.passiveDeclare(queue: "here") }
    }

    @Test("is refused with a wrong password or virtual host, and never shows the password")
    func refused() async throws {
        var configuration = try host.configuration()
        configuration.password = "topsecret"
        let wrongPassword = await #expect(throws: AMQPError.self) { try await AMQPChannel.open(configuration) }
        #expect(wrongPassword?.code == .refused)
        #expect(wrongPassword.map { !String(reflecting: $0).contains("topsecret") } == true)
        var elsewhere = try host.configuration()
        elsewhere.virtualHost = "nowhere-\(elsewhere.virtualHost)"
        #expect(await #expect(throws: AMQPError.self) { try await AMQPChannel.open(elsewhere) }?.code == .refused)
    }

    @Test("goes on to the next host when the first is dead, and names the last when all are")
    func hosts() async throws {
        var configuration = try host.configuration()
        let live = configuration.hosts
        configuration.hosts = [.init(name: "127.0.0.1", port: 1)] + live
        let channel = try await AMQPChannel.open(configuration)
        try await channel.declare(queue: "q")
        await channel.close()
        configuration.hosts = [.init(name: "127.0.0.1", port: 1), .init(name: "127.0.0.1", port: 2)]
        let error = await #expect(throws: AMQPError.self) { try await AMQPChannel.open(configuration) }
        #expect(error?.code == .unreachable)
        #expect(error?.subject == "127.0.0.1:2")
    }

    @Test("does not wait longer than told for a peer that says nothing")
    func silentPeer() async throws {
        let configured = try host.configuration()
        let relay = try BrokerRelay(to: configured.hosts[0].port)
        relay.freeze()
        var configuration = configured
        configuration.hosts = [.init(name: "127.0.0.1", port: relay.port)]
        configuration.connectTimeout = .milliseconds(300)
        let start = ContinuousClock.now
        let error = await #expect(throws: AMQPError.self) { try await AMQPChannel.open(configuration) }
        #expect(error?.isRetryable == true)
        #expect(ContinuousClock.now - start < .seconds(10))
        relay.stop()
    }
}
