internal import CRabbitMQ
internal import DequeModule
public import Logging
public import ServiceLifecycle
internal import Threads

/// Publishes with confirms on a connection of its own, and connects again whenever it is lost.
///
/// The actor has a thread of its own; messages of all callers are sent in the order of the calls and confirmed together.
public actor AMQPPublisher: Service {
    private struct Flight {
        let call: PublishCall
        let index: Int
        var message: Message { call.messages[index] }
    }

    private enum Phase {
        case idle
        case connecting
        case publishing
        case closed
    }

    /// Messages between two looks at whether the socket takes more.
    private static let burst = 64
    private static let burstBytes = 64 << 10
    /// Bursts between two readings of confirms.
    private static let burstsBetweenReads = 8
    /// How long a graceful shutdown waits for outcomes.
    private static let drainPatience: Duration = .seconds(10)

    private let loop: ThreadLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private nonisolated let published = Locked(PublisherHealth())

    private let configuration: AMQPConfiguration
    private let maxInFlight: Int
    private let logger: Logger

    private var phase = Phase.idle
    private var link: Link?
    private var watchID: UInt64?
    private var hosts: HostRotation
    private var assembler: ContentAssembler
    private var ledger = ConfirmLedger<Flight>()
    /// Calls with messages that were not sent.
    private var queue: Deque<PublishCall> = []
    /// All calls without an answer.
    private var calls: [ObjectIdentifier: PublishCall] = [:]
    /// Finished in this turn, to be answered at its end: after the health that goes with the answer.
    private var finished: [PublishCall] = []
    private var awaitsWritability = false
    private var reconnectDue: ContinuousClock.Instant?
    private var resendDue: ContinuousClock.Instant?
    private var deadlineDue: ContinuousClock.Instant?
    private var drainDue: ContinuousClock.Instant?
    private var endWaiters: [CheckedContinuation<Void, Never>] = []
    private var current = PublisherHealth()

    /// - Parameter maxInFlight: messages that may be sent and unconfirmed; more wait their turn.
    public init(configuration: AMQPConfiguration, maxInFlight: Int = 4096, logger: Logger) {
        self.configuration = configuration
        self.maxInFlight = max(1, maxInFlight)
        self.logger = logger
        loop = ThreadLoop(name: "amqp-publisher")
        hosts = HostRotation(hosts: configuration.hosts, backOff: configuration.backOff)
        // Of a returned message only the envelope is of interest.
        assembler = ContentAssembler(maximumBody: 0, makeDigest: { NoDigest() })
    }

    deinit {
        if let watchID { configuration.watchdog?.leave(watchID) }
        loop.stop()
    }

    // MARK: For everybody

    public nonisolated var health: PublisherHealth { published.withLock { $0 } }

    /// Publishes until the task is cancelled, or after a graceful shutdown until every call has its answer, ten seconds
    /// at most.
    public func run() async throws {
        start()
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await untilClosed()
            } onGracefulShutdown: {
                Task { await self.drain() }
            }
        } onCancel: {
            Task { await self.close() }
        }
    }

    /// Begins to connect. ``run()`` and the first call of ``publish(_:timeout:)`` do it too; a second call does nothing.
    public func start() {
        guard phase == .idle else { return }
        phase = .connecting
        loop.setTurnEnd { [weak self] in self?.assumeIsolated { $0.turnEnd() } }
        let period = max(.milliseconds(50), min(.seconds(1), configuration.heartbeat / 4))
        loop.setTick(every: period) { [weak self] in self?.assumeIsolated { $0.pump() } }
        connect()
    }

    /// Publishes and waits for the broker's word on each message: one outcome a message, in the same order.
    ///
    /// Never throws. Messages wait for a connection and for an alarm to end as long as `timeout` lasts. A connection or
    /// channel that is lost makes what was sent on it `unknown`; it is not sent again, since it may have arrived.
    public func publish(_ messages: [Message], timeout: Duration = .seconds(30)) async -> [PublishOutcome] {
        guard !messages.isEmpty else { return [] }
        guard phase != .closed else { return messages.map { _ in .unknown(.closed) } }
        start()
        let deadline = ContinuousClock.now + timeout
        return await withCheckedContinuation { continuation in
            let call = PublishCall(messages, deadline: deadline, continuation: continuation)
            calls[ObjectIdentifier(call)] = call
            queue.append(call)
            deadlineDue = min(deadlineDue ?? deadline, deadline)
        }
    }

    /// Ends the connection at once; calls without an answer get `unknown(.closed)`.
    public func close() {
        guard phase != .closed else { return }
        phase = .closed
        let farewell = link
        drop(.closed)
        farewell?.close()
        for call in calls.values { giveUp(call, .closed) }
        queue.removeAll()
        current.isClosed = true
        answer()
        for waiter in endWaiters { waiter.resume() }
        endWaiters = []
        loop.stop()
    }

    private func drain() {
        guard phase != .closed, drainDue == nil else { return }
        drainDue = .now + Self.drainPatience
    }

    private func untilClosed() async {
        guard phase != .closed else { return }
        await withCheckedContinuation { endWaiters.append($0) }
    }

    // MARK: Connecting

    private func connect() {
        reconnectDue = nil
        guard phase == .connecting, let host = hosts.host else { return }
        do throws(AMQPError) {
            let link = try Link(to: host, configuration)
            try link.selectConfirms()
            self.link = link
            watch(link, for: .read)
            watchID = configuration.watchdog?.enter(
                loop,
                descriptor: link.descriptor,
                heartbeat: configuration.heartbeat,
                name: configuration.connectionName
            )
        } catch {
            return lost(error)
        }
        phase = .publishing
        hosts.connected(at: .now)
        current.connections += 1
        current.isConnected = true
        logger.info("publishing", metadata: ["broker": "\(host.name):\(host.port)"])
        pump()
    }

    private func watch(_ link: Link, for interest: Interest) {
        loop.watch(link.descriptor, for: interest) { [weak self] in self?.assumeIsolated { $0.ready() } }
        awaitsWritability = interest.contains(.write)
    }

    private func ready() {
        if awaitsWritability, let link, link.isWritable { watch(link, for: .read) }
        pump()
    }

    private func lost(_ error: AMQPError) {
        if error.code == .channelClosed, let link, phase == .publishing, renew(link, after: error) { return }
        let wasPublishing = phase == .publishing
        drop(error.code)
        current.lastError = error
        guard phase != .closed else { return }
        phase = .connecting
        let delay = hosts.failed(at: .now)
        reconnectDue = .now + delay
        logger.log(
            level: wasPublishing ? .warning : .notice,
            "not publishing, will connect again",
            metadata: ["error": "\(error)", "delay": "\(delay)"]
        )
    }

    /// A message that the broker does not like costs the channel, and with it the confirms of its neighbours; the
    /// connection stays.
    private func renew(_ link: Link, after error: AMQPError) -> Bool {
        logger.warning(
            "the broker closed the publishing channel",
            metadata: ["error": "\(error)", "reason": "\(error.replyText ?? "")"]
        )
        fail(error.code)
        current.lastError = error
        do throws(AMQPError) {
            try link.reopenChannel()
            try link.selectConfirms()
            return true
        } catch {
            return false
        }
    }

    private func drop(_ code: AMQPError.Code) {
        if let watchID { configuration.watchdog?.leave(watchID) }
        watchID = nil
        if let link { loop.unwatch(link.descriptor) }
        link = nil
        awaitsWritability = false
        fail(code)
        current.isConnected = false
        current.isBlocked = false
    }

    /// What was sent on the channel will not be confirmed any more.
    private func fail(_ code: AMQPError.Code) {
        assembler = ContentAssembler(maximumBody: 0, makeDigest: { NoDigest() })
        for flight in ledger.reset() { settle(flight, .unknown(code)) }
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
        try link.pump { (frame) throws(AMQPError) in try take(frame) }
    }

    private func take(_ frame: borrowing amqp_frame_t) throws(AMQPError) {
        guard frame.frame_type == UInt8(AMQP_FRAME_METHOD) else {
            if let content = try assembler.take(frame) { takeReturn(content) }
            return
        }
        let method = frame.payload.method
        switch method.id {
        case shim_basic_ack():
            let ack = method.decoded.load(as: amqp_basic_ack_t.self)
            confirm(ack.delivery_tag, multiple: ack.multiple != 0, nacked: false)
        case shim_basic_nack():
            let nack = method.decoded.load(as: amqp_basic_nack_t.self)
            confirm(nack.delivery_tag, multiple: nack.multiple != 0, nacked: true)
        case shim_basic_return():
            try assembler.begin(method.decoded.load(as: amqp_basic_return_t.self))
        default:
            break
        }
    }

    private func confirm(_ tag: UInt64, multiple: Bool, nacked: Bool) {
        ledger.confirm(tag, multiple: multiple, nacked: nacked) { flight, verdict in
            switch verdict {
            case .confirmed: settle(flight, .confirmed)
            case .nacked: settle(flight, .nacked)
            case .unroutable(let code, let text): settle(flight, .unroutable(code: code, text: text))
            }
        }
    }

    private func takeReturn(_ content: ContentAssembler.Content) {
        let envelope = content.envelope
        let isKnown = ledger.returned(code: envelope.reply?.code ?? 0, text: envelope.reply?.text ?? "") { flight in
            let message = flight.message
            return message.mandatory && message.routingKey == envelope.routingKey
                && message.exchange == envelope.exchange
                && message.properties.messageID == content.properties.messageID
                && message.body.count == content.announcedSize
        }
        if !isKnown { logger.error("the broker returned a message that was not under way") }
    }

    private func settle(_ flight: Flight, _ outcome: PublishOutcome) {
        guard !flight.call.isFinished else { return }
        count(outcome)
        flight.call.settle(flight.index, outcome)
        if flight.call.isFinished { finish(flight.call) }
    }

    private func count(_ outcome: PublishOutcome) {
        switch outcome {
        case .confirmed: current.confirmed += 1
        case .unroutable: current.unroutable += 1
        case .nacked: current.nacked += 1
        case .unknown: current.unknown += 1
        }
    }

    private func giveUp(_ call: PublishCall, _ code: AMQPError.Code) {
        current.unknown += UInt64(call.unsettled)
        call.giveUp(code)
        finish(call)
    }

    private func finish(_ call: PublishCall) {
        calls[ObjectIdentifier(call)] = nil
        finished.append(call)
    }

    private func answer() {
        publishHealth()
        for call in finished { call.answer() }
        finished.removeAll(keepingCapacity: true)
    }

    private func turnEnd() {
        let now = ContinuousClock.now
        if let due = reconnectDue, due <= now { connect() }
        if let due = deadlineDue, due <= now { expire(at: now) }
        if let link, !queue.isEmpty {
            do throws(AMQPError) {
                try send(on: link)
            } catch {
                lost(error)
                // On a channel that was renewed the rest can go at once.
                if phase == .publishing { resendDue = now }
            }
        }
        if let due = drainDue, calls.isEmpty || due <= now { close() }
        guard phase != .closed else { return }
        answer()
        setAlarm()
    }

    private func send(on link: Link) throws(AMQPError) {
        link.setCork(true)
        defer { link.setCork(false) }
        var bursts = 0
        while !queue.isEmpty {
            if bursts % Self.burstsBetweenReads == 0 { try read(link) }
            bursts += 1
            // An alarm, a full window of confirms, a full socket: each wakes this loop by its end.
            guard !link.isBlocked, ledger.count < maxInFlight else { return }
            guard link.isWritable else { return watch(link, for: [.read, .write]) }
            try sendBurst(on: link)
        }
    }

    private func sendBurst(on link: Link) throws(AMQPError) {
        var bytes = 0
        var room = min(Self.burst, maxInFlight - ledger.count)
        while room > 0, bytes < Self.burstBytes, let call = queue.first {
            guard !call.isSent else {
                queue.removeFirst()
                continue
            }
            let flight = Flight(call: call, index: call.next)
            call.next += 1
            let message = flight.message
            guard link.canCarry(message) else {
                settle(flight, .unknown(.invalidMessage))
                continue
            }
            // Noted before it is sent: a failure half way through leaves it unknown like the others.
            ledger.sent(flight)
            try link.publish(message)
            bytes += message.body.count + 256
            room -= 1
        }
    }

    private func expire(at now: ContinuousClock.Instant) {
        let code: AMQPError.Code = link?.isBlocked == true ? .blocked : .timeout
        for call in calls.values where call.deadline <= now { giveUp(call, code) }
        queue.removeAll { $0.isSent }
        deadlineDue = calls.values.map(\.deadline).min()
    }

    private func setAlarm() {
        var due = reconnectDue
        for other in [deadlineDue, drainDue, resendDue] {
            guard let other else { continue }
            due = due.map { min($0, other) } ?? other
        }
        loop.setAlarm(at: due)
        resendDue = nil
    }

    private func publishHealth() {
        current.inFlight = ledger.count
        current.calls = calls.count
        if let link {
            current.isBlocked = link.isBlocked
            current.lastPumpAt = link.lastPumpAt
        }
        let snapshot = current
        published.withLock { $0 = snapshot }
    }
}

/// For bodies that nobody looks at.
private struct NoDigest: BodyDigest {
    mutating func update(_ bytes: UnsafeRawBufferPointer) {}
    mutating func finish() -> [UInt8] { [] }
}
