internal import CRabbitMQ
internal import Threads

/// A connection for asking and arranging: declarations, bindings, single messages. For tests, tools and start-up checks;
/// nothing connects it again.
///
/// A question that the broker answers by closing the channel (a queue that does not exist) throws `channelClosed` and
/// leaves the connection usable: the next question opens a new channel.
public actor AMQPChannel {
    private let loop: ThreadLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let configuration: AMQPConfiguration
    private var link: Link?
    private var isChannelOpen = false
    /// Deliveries of a former channel cannot be settled on this one.
    private var generation: UInt64 = 1
    private var assembler: ContentAssembler
    private var fetched: ContentAssembler.Content?

    private init(_ configuration: AMQPConfiguration) {
        self.configuration = configuration
        loop = ThreadLoop(name: "amqp-channel")
        assembler = ContentAssembler(maximumBody: configuration.maximumBody, makeDigest: configuration.bodyDigest)
    }

    deinit {
        loop.stop()
    }

    /// Tries every host once.
    /// - Throws: ``AMQPError`` of the last host tried.
    public static func open(_ configuration: AMQPConfiguration) async throws -> AMQPChannel {
        let channel = AMQPChannel(configuration)
        do {
            try await channel.connect()
        } catch {
            await channel.close()
            throw error
        }
        return channel
    }

    private func connect() throws(AMQPError) {
        var failure = AMQPError(.configuration, subject: "hosts")
        for host in configuration.hosts {
            do throws(AMQPError) {
                link = try Link(to: host, configuration)
                isChannelOpen = true
                let period = max(.milliseconds(50), min(.seconds(1), configuration.heartbeat / 4))
                loop.setTick(every: period) { [weak self] in self?.assumeIsolated { $0.keepAlive() } }
                return
            } catch {
                failure = error
            }
        }
        throw failure
    }

    public func close() {
        link?.close()
        link = nil
        loop.stop()
    }

    // MARK: Queues and exchanges

    public struct QueueStatus: Sendable, Equatable {
        /// Ready to be given out.
        public let messages: Int
        public let consumers: Int

        public init(messages: Int, consumers: Int) {
            self.messages = messages
            self.consumers = consumers
        }
    }

    /// - Throws: `channelClosed` with reply code 404 if there is no such queue. Proves existence only: type and arguments
    ///   are not compared.
    public func passiveDeclare(queue: String) throws -> QueueStatus {
        let answer = try ask { (link) throws(AMQPError) in try link.passiveDeclare(queue: queue) }
        return QueueStatus(messages: answer.messages, consumers: answer.consumers)
    }

    public func passiveDeclare(exchange: String) throws {
        try ask { (link) throws(AMQPError) in
            try link.declare(exchange: exchange, type: "", passive: true, durable: false, arguments: [:])
        }
    }

    @discardableResult
    public func declare(
        queue: String,
        durable: Bool = true,
        exclusive: Bool = false,
        autoDelete: Bool = false,
        arguments: [String: FieldValue] = [:]
    ) throws -> QueueStatus {
        let answer = try ask { (link) throws(AMQPError) in
            try link.declare(
                queue: queue,
                passive: false,
                durable: durable,
                exclusive: exclusive,
                autoDelete: autoDelete,
                arguments: arguments
            )
        }
        return QueueStatus(messages: answer.messages, consumers: answer.consumers)
    }

    /// - Returns: how many messages were in it.
    @discardableResult
    public func delete(queue: String) throws -> Int {
        try ask { (link) throws(AMQPError) in try link.delete(queue: queue) }
    }

    /// - Returns: how many messages were in it.
    @discardableResult
    public func purge(queue: String) throws -> Int {
        try ask { (link) throws(AMQPError) in try link.purge(queue: queue) }
    }

    public func declare(
        exchange: String,
        type: String,
        durable: Bool = true,
        arguments: [String: FieldValue] = [:]
    ) throws {
        try ask { (link) throws(AMQPError) in
            try link.declare(exchange: exchange, type: type, passive: false, durable: durable, arguments: arguments)
        }
    }

    public func delete(exchange: String) throws {
        try ask { (link) throws(AMQPError) in try link.delete(exchange: exchange) }
    }

    public func bind(
        queue: String,
        exchange: String,
        routingKey: String,
        arguments: [String: FieldValue] = [:]
    ) throws {
        try ask { (link) throws(AMQPError) in
            try link.bind(queue: queue, exchange: exchange, routingKey: routingKey, arguments: arguments)
        }
    }

    public func unbind(queue: String, exchange: String, routingKey: String) throws {
        try ask { (link) throws(AMQPError) in
            try link.unbind(queue: queue, exchange: exchange, routingKey: routingKey)
        }
    }

    // MARK: Single messages

    /// Fetches one message, or `nil` if the queue is empty. To be settled with ``acknowledge(_:)`` or ``reject(_:requeue:)``.
    public func get(queue: String) throws -> Delivery? {
        let content = try ask { (link) throws(AMQPError) in try fetch(from: queue, on: link) }
        guard let content else { return nil }
        return Delivery(
            tag: DeliveryTag(generation: generation, tag: content.envelope.deliveryTag),
            exchange: content.envelope.exchange,
            routingKey: content.envelope.routingKey,
            redelivered: content.envelope.redelivered,
            properties: content.properties,
            body: content.body,
            announcedSize: content.announcedSize,
            truncatedDigest: content.truncatedDigest
        )
    }

    private func fetch(from queue: String, on link: Link) throws(AMQPError) -> ContentAssembler.Content? {
        guard let got = try link.get(queue: queue) else { return nil }
        try assembler.begin(got)
        fetched = nil
        let deadline = ContinuousClock.now + configuration.rpcTimeout
        while fetched == nil {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { throw AMQPError(.timeout) }
            _ = try link.receive(within: left) { (frame) throws(AMQPError) in
                if frame.frame_type != UInt8(AMQP_FRAME_METHOD) { fetched = try assembler.take(frame) }
            }
        }
        return fetched
    }

    public func acknowledge(_ tag: DeliveryTag) throws {
        guard tag.generation == generation else { return }
        try ask { (link) throws(AMQPError) in try link.acknowledge(upTo: tag.tag, multiple: false) }
    }

    public func reject(_ tag: DeliveryTag, requeue: Bool) throws {
        guard tag.generation == generation else { return }
        try ask { (link) throws(AMQPError) in try link.reject(tag.tag, requeue: requeue) }
    }

    // MARK: Asking

    private func ask<Answer>(_ question: (Link) throws(AMQPError) -> Answer) throws(AMQPError) -> Answer {
        guard let link else { throw AMQPError(.closed) }
        do throws(AMQPError) {
            // Notices what has happened meanwhile, and that the broker is still there.
            try link.pump { _ in }
            if !isChannelOpen {
                try link.reopenChannel()
                isChannelOpen = true
            }
            return try question(link)
        } catch {
            note(error)
            throw error
        }
    }

    private func keepAlive() {
        do throws(AMQPError) {
            try link?.pump { _ in }
        } catch {
            note(error)
        }
    }

    private func note(_ error: AMQPError) {
        switch error.code {
        case .channelClosed:
            isChannelOpen = false
            generation += 1
            assembler = ContentAssembler(maximumBody: configuration.maximumBody, makeDigest: configuration.bodyDigest)
        case .invalidMessage, .closed:
            break
        default:
            // Answers could be mixed up from here on: never used again.
            link = nil
        }
    }
}
