internal import CRabbitMQ
public import Logging
public import ServiceLifecycle
internal import Threads

/// Consumes one queue for ever, in batches: connects, checks the queue, registers; and does it all again after a lost
/// connection, a closed channel or a cancellation by the broker.
///
/// Any number of tasks may wait in ``nextBatch()``. Each delivery is settled once, by ``acknowledge(_:)`` or
/// ``reject(_:requeue:)``; what is not settled when a connection ends is given out again by the broker.
///
/// The actor has a thread of its own, which keeps reading and answering heartbeats however busy the handlers are.
public actor AMQPConsumer: Service {
    private enum Phase {
        case idle
        /// Trying to connect, or waiting to.
        case connecting
        case consuming
        /// Cancelled: what was delivered is still handed out and settled.
        case draining
        case closed
    }

    /// How long acknowledgements wait for an earlier delivery, so that one frame can settle them all.
    private static let stragglerPatience: Duration = .milliseconds(20)

    private let loop: ThreadLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    public nonisolated let queue: String
    private nonisolated let published = Locked(ConsumerHealth())

    private let configuration: AMQPConfiguration
    private let logger: Logger

    private var phase = Phase.idle
    private var link: Link?
    private var watchID: UInt64?
    private var generation: UInt64 = 0
    private var consumerTag: UInt64 = 0
    private var hosts: HostRotation
    private var ramp: PrefetchRamp
    private var assembler: ContentAssembler
    private var gatherer: BatchGatherer
    private var ledger = AcknowledgementLedger()
    private var rejections: [(tag: UInt64, requeue: Bool)] = []
    private var stragglersDue: ContinuousClock.Instant?
    private var reconnectDue: ContinuousClock.Instant?
    private var wasCancelledByBroker = false
    private var waiters: [(id: UInt64, continuation: CheckedContinuation<[Delivery]?, Never>)] = []
    private var nextWaiter: UInt64 = 0
    private var endWaiters: [CheckedContinuation<Void, Never>] = []
    private var current = ConsumerHealth()

    /// - Parameters:
    ///   - prefetch: how many deliveries may be unsettled, 1 to 65535. Reached in steps, see ``PrefetchRamp``.
    ///   - batch: when a batch is handed out.
    public init(
        configuration: AMQPConfiguration,
        queue: String,
        prefetch: Int,
        batch: BatchLimits,
        logger: Logger
    ) {
        self.configuration = configuration
        self.queue = queue
        self.logger = logger
        loop = ThreadLoop(name: "amqp-consumer")
        hosts = HostRotation(hosts: configuration.hosts, backOff: configuration.backOff)
        ramp = PrefetchRamp(target: prefetch, byteBudget: configuration.prefetchBytes)
        assembler = ContentAssembler(
            maximumBody: configuration.maximumBody,
            makeDigest: configuration.bodyDigest
        )
        gatherer = BatchGatherer(limits: batch)
    }

    deinit {
        if let watchID { configuration.watchdog?.leave(watchID) }
        loop.stop()
    }

    // MARK: For everybody

    public nonisolated var health: ConsumerHealth { published.withLock { $0 } }

    /// Consumes until the task is cancelled, or after a graceful shutdown until every delivery is settled.
    public func run() async throws {
        start()
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await untilClosed()
            } onGracefulShutdown: {
                Task { await self.stopConsuming() }
            }
        } onCancel: {
            Task { await self.close() }
        }
    }

    /// Begins to connect. ``run()`` does it too; a second call does nothing.
    public func start() {
        guard phase == .idle else { return }
        phase = .connecting
        loop.setTurnEnd { [weak self] in self?.assumeIsolated { $0.turnEnd() } }
        // The library sends and checks heartbeats only when called.
        let period = max(.milliseconds(50), min(.seconds(1), configuration.heartbeat / 4))
        loop.setTick(every: period) { [weak self] in self?.assumeIsolated { $0.pump() } }
        connect()
    }

    /// The next batch; waits for one. `nil` once the consumer has ended and everything is handed out, or when the
    /// calling task is cancelled.
    public func nextBatch() async -> [Delivery]? {
        if waiters.isEmpty, let batch = gatherer.take(at: .now, flushing: phase == .draining) { return batch }
        if phase == .closed || phase == .draining || Task.isCancelled { return nil }
        let id = nextWaiter
        nextWaiter += 1
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiters.append((id, $0)) }
        } onCancel: {
            Task { await self.cancelWaiter(id) }
        }
    }

    /// Settles deliveries for good. Returns at once; the broker is told at the end of the loop's turn, many in one frame.
    /// Tags of an earlier connection are dropped and counted.
    public func acknowledge(_ tags: [DeliveryTag]) {
        for tag in tags where tag.generation != generation || !ledger.acknowledge(tag.tag) {
            current.staleAcknowledgements += 1
        }
    }

    /// Gives a delivery back to the queue, or to the queue's dead-letter exchange.
    public func reject(_ tag: DeliveryTag, requeue: Bool) {
        guard tag.generation == generation, ledger.reject(tag.tag) else {
            current.staleAcknowledgements += 1
            return
        }
        rejections.append((tag.tag, requeue))
    }

    /// Tells the broker to send no more. What has come is still handed out by ``nextBatch()``, and the connection stays
    /// until all of it is settled, or until ``close()``.
    public func stopConsuming() {
        switch phase {
        case .idle, .connecting:
            finish()
        case .consuming:
            phase = .draining
            guard let link else { return finish() }
            current.isConsumerRegistered = false
            do throws(AMQPError) {
                try link.cancel(consumerTag: tagText(consumerTag))
                pump()
            } catch {
                lost(error)
            }
        case .draining, .closed:
            break
        }
    }

    /// Sends the acknowledgements given so far and ends the connection. Unsettled deliveries go back to the queue.
    public func close() {
        finish()
    }

    // MARK: Connecting

    private func connect() {
        reconnectDue = nil
        guard phase == .connecting, let host = hosts.host else { return }
        do throws(AMQPError) {
            let link = try Link(to: host, configuration)
            self.link = link
            generation += 1
            ledger = AcknowledgementLedger()
            assembler = ContentAssembler(
                maximumBody: configuration.maximumBody,
                makeDigest: configuration.bodyDigest
            )
            rejections = []
            stragglersDue = nil
            wasCancelledByBroker = false
            ramp.restart()
            try register(on: link)
            watch(link)
        } catch {
            return lost(error)
        }
        phase = .consuming
        hosts.connected(at: .now)
        current.connections += 1
        current.isConnected = true
        current.isConsumerRegistered = true
        logger.info("consuming", metadata: ["queue": "\(queue)", "broker": "\(host.name):\(host.port)"])
        pump()
    }

    private func register(on link: Link) throws(AMQPError) {
        // Proves that the queue exists, and names it in the log if it does not.
        _ = try link.passiveDeclare(queue: queue)
        try link.setPrefetch(ramp.current)
        consumerTag += 1
        try link.consume(queue: queue, consumerTag: tagText(consumerTag))
    }

    /// Prefetch holds for consumers registered after it was set: a larger one needs a new registration, made before the
    /// old one is given up.
    private func growPrefetch(on link: Link) throws(AMQPError) {
        guard phase == .consuming, let prefetch = ramp.next() else { return }
        try link.setPrefetch(prefetch)
        let old = consumerTag
        consumerTag += 1
        try link.consume(queue: queue, consumerTag: tagText(consumerTag))
        try link.cancel(consumerTag: tagText(old))
        try read(link)
    }

    private func tagText(_ number: UInt64) -> String { "c\(number)" }

    private func watch(_ link: Link) {
        loop.watch(link.descriptor, for: .read) { [weak self] in self?.assumeIsolated { $0.pump() } }
        watchID = configuration.watchdog?.enter(
            loop,
            descriptor: link.descriptor,
            heartbeat: configuration.heartbeat,
            name: configuration.connectionName
        )
    }

    private func lost(_ error: AMQPError) {
        let wasConsuming = phase == .consuming
        drop()
        current.lastError = error
        if phase == .draining { return finish() }
        guard phase == .consuming || phase == .connecting else { return }
        phase = .connecting
        let delay = hosts.failed(at: .now)
        reconnectDue = .now + delay
        logger.log(
            level: wasConsuming ? .warning : .notice,
            "not consuming, will connect again",
            metadata: ["queue": "\(queue)", "error": "\(error)", "delay": "\(delay)"]
        )
    }

    /// Lets the connection go. Its deliveries are void: the broker gives them out again.
    private func drop() {
        if let watchID { configuration.watchdog?.leave(watchID) }
        watchID = nil
        if let link { loop.unwatch(link.descriptor) }
        link = nil
        gatherer.removeAll()
        ledger = AcknowledgementLedger()
        rejections = []
        stragglersDue = nil
        // Acknowledgements that are still to come belong to a connection that is gone.
        generation += 1
        current.isConnected = false
        current.isConsumerRegistered = false
        current.isBlocked = false
    }

    private func finish() {
        guard phase != .closed else { return }
        if let link {
            do throws(AMQPError) {
                try settle(on: link, all: true)
                link.close()
            } catch {
                // The broker gives out again what it was not told about.
                current.lastError = error
            }
        }
        phase = .closed
        drop()
        current.isClosed = true
        reconnectDue = nil
        publishHealth()
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
        waiters = []
        for waiter in endWaiters { waiter.resume() }
        endWaiters = []
        loop.stop()
    }

    private func untilClosed() async {
        guard phase != .closed else { return }
        await withCheckedContinuation { endWaiters.append($0) }
    }

    private func cancelWaiter(_ id: UInt64) {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
        waiters.remove(at: index).continuation.resume(returning: nil)
    }

    // MARK: A turn of the loop

    private func pump() {
        guard let link else { return }
        do throws(AMQPError) {
            try read(link)
        } catch {
            lost(error)
        }
    }

    private func read(_ link: Link) throws(AMQPError) {
        let now = ContinuousClock.now
        try link.pump { (frame) throws(AMQPError) in try take(frame, at: now) }
    }

    private func take(_ frame: borrowing amqp_frame_t, at now: ContinuousClock.Instant) throws(AMQPError) {
        guard frame.frame_type == UInt8(AMQP_FRAME_METHOD) else {
            if let content = try assembler.take(frame) { take(content, at: now) }
            return
        }
        let method = frame.payload.method
        switch method.id {
        case shim_basic_deliver():
            try assembler.begin(method.decoded.load(as: amqp_basic_deliver_t.self))
        case shim_basic_cancel():
            let cancel = method.decoded.load(as: amqp_basic_cancel_t.self)
            if String(cancel.consumer_tag) == tagText(consumerTag) { wasCancelledByBroker = true }
        default:
            // Late answers to questions that were given up, and methods of newer brokers: not ours to judge.
            break
        }
    }

    private func take(_ content: ContentAssembler.Content, at now: ContinuousClock.Instant) {
        let tag = content.envelope.deliveryTag
        ledger.delivered(tag)
        ramp.received(bytes: content.body.count)
        current.deliveries += 1
        let delivery = Delivery(
            tag: DeliveryTag(generation: generation, tag: tag),
            exchange: content.envelope.exchange,
            routingKey: content.envelope.routingKey,
            redelivered: content.envelope.redelivered,
            properties: content.properties,
            body: content.body,
            announcedSize: content.announcedSize,
            truncatedDigest: content.truncatedDigest
        )
        gatherer.append(delivery, at: now)
    }

    private func turnEnd() {
        let now = ContinuousClock.now
        if let due = reconnectDue, due <= now { connect() }
        if let link {
            do throws(AMQPError) {
                if ledger.untold > 0 || !rejections.isEmpty {
                    // Before anything is sent, see Link.publish.
                    try read(link)
                    try settle(on: link, all: stragglersDue.map { $0 <= now } == true)
                }
                try growPrefetch(on: link)
                if wasCancelledByBroker {
                    try settle(on: link, all: true)
                    throw AMQPError(.channelClosed, replyText: "consumer cancelled")
                }
            } catch {
                lost(error)
            }
        }
        // First the health, then the batches: who is woken may look at it.
        publishHealth()
        handOut()
        if phase == .draining, gatherer.isEmpty, ledger.outstanding == 0 { finish() }
        setAlarm()
    }

    private func settle(on link: Link, all: Bool) throws(AMQPError) {
        guard ledger.untold > 0 || !rejections.isEmpty else { return }
        link.setCork(true)
        defer { link.setCork(false) }
        for rejection in rejections { try link.reject(rejection.tag, requeue: rejection.requeue) }
        rejections.removeAll(keepingCapacity: true)
        if let front = ledger.takeFront() { try link.acknowledge(upTo: front, multiple: true) }
        if all {
            for tag in ledger.takeStragglers() { try link.acknowledge(upTo: tag, multiple: false) }
        }
        if ledger.untold == 0 {
            stragglersDue = nil
        } else if stragglersDue == nil {
            stragglersDue = .now + Self.stragglerPatience
        }
    }

    private func handOut() {
        guard !waiters.isEmpty else { return }
        let now = ContinuousClock.now
        while !waiters.isEmpty, let batch = gatherer.take(at: now, flushing: phase == .draining) {
            waiters.removeFirst().continuation.resume(returning: batch)
        }
        // Nothing more will come.
        if phase == .draining, gatherer.isEmpty {
            for waiter in waiters { waiter.continuation.resume(returning: nil) }
            waiters = []
        }
    }

    private func setAlarm() {
        var due = reconnectDue
        for other in [stragglersDue, waiters.isEmpty ? nil : gatherer.due] {
            guard let other else { continue }
            due = due.map { min($0, other) } ?? other
        }
        // What is due is done at the end of the turn that the alarm makes.
        loop.setAlarm(at: due)
    }

    private func publishHealth() {
        current.unsettled = ledger.outstanding
        current.prefetch = ramp.current
        if let link {
            current.isBlocked = link.isBlocked
            current.lastFrameAt = link.lastFrameAt
            current.lastPumpAt = link.lastPumpAt
        }
        let snapshot = current
        published.withLock { $0 = snapshot }
    }
}
