import AMQP
import TestKit
import Testing

@Suite("TLS to the broker", .broker)
struct TLSTests {
    private var host: VirtualHost { get throws { try #require(VirtualHost.current) } }

    private func configuration(name: String = "localhost", caFile: String? = nil) throws -> AMQPConfiguration {
        var configuration = try host.configuration()
        configuration.hosts = [.init(name: name, port: try host.server.tlsPort)]
        configuration.tls = .init(caFile: try caFile ?? host.server.caFile)
        return configuration
    }

    @Test("publishes and consumes with a certificate of the trusted authority")
    func accepted() async throws {
        let channel = try await AMQPChannel.open(configuration())
        try await channel.declare(queue: "q")
        let publisher = AMQPPublisher(configuration: try configuration(), logger: quiet)
        await publisher.start()
        let messages = (0..<500).map {
            Message(exchange: "", routingKey: "q", body: [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 3000))
        }
        #expect(await publisher.publish(messages).allSatisfy { $0 == .confirmed })
        let consumer = AMQPConsumer(
            configuration: try configuration(),
            queue: "q",
            prefetch: 100,
            batch: BatchLimits(count: 50, linger: .milliseconds(1)),
            logger: quiet
        )
        await consumer.start()
        var bodies: [[UInt8]] = []
        while bodies.count < 500, let batch = await consumer.nextBatch() {
            bodies += batch.map(\.body)
            await consumer.acknowledge(batch.map(\.tag))
        }
        #expect(bodies == messages.map(\.body))
        await consumer.close()
        await publisher.close()
        await channel.close()
    }

    @Test("refuses a certificate of an authority that is not trusted")
    func wrongAuthority() async throws {
        let other = try OtherAuthority()
        let configuration = try configuration(caFile: other.caFile)
        let error = await #expect(throws: AMQPError.self) { try await AMQPChannel.open(configuration) }
        #expect(error?.code == .tls)
        other.remove()
    }

    @Test("refuses a certificate made out to another name")
    func wrongName() async throws {
        // Resolves to the broker, whose certificate is for localhost.
        let configuration = try configuration(name: "127.1")
        let error = await #expect(throws: AMQPError.self) { try await AMQPChannel.open(configuration) }
        #expect(error?.code == .tls)
    }

    @Test("refuses to compare an IP address with a certificate")
    func address() async throws {
        let configuration = try configuration(name: "127.0.0.1")
        let error = await #expect(throws: AMQPError.self) { try await AMQPChannel.open(configuration) }
        #expect(error == AMQPError(.configuration, subject: "verify_host"))
    }

    @Test("names a file of authorities that cannot be read")
    func noFile() async throws {
        let configuration = try configuration(caFile: "/nonexistent/ca.pem")
        let error = await #expect(throws: AMQPError.self) { try await AMQPChannel.open(configuration) }
        #expect(error == AMQPError(.configuration, subject: "cacertfile"))
    }

    @Test("fails clearly against a port without TLS")
    func plainPort() async throws {
        var configuration = try configuration()
        configuration.hosts = [.init(name: "localhost", port: try host.configuration().hosts[0].port)]
        configuration.connectTimeout = .seconds(2)
        let error = await #expect(throws: AMQPError.self) { try await AMQPChannel.open(configuration) }
        #expect(error?.code == .tls || error?.code == .unreachable)
    }
}
