internal import CRabbitMQ
internal import Glibc

/// One connection with one channel, as librabbitmq sees it.
///
/// Touched by one thread only, that of the actor it belongs to. After a thrown error it is good for nothing but being
/// let go, with one exception that ``reopenChannel()`` names. Letting go closes the socket.
final class Link {
    static let channel: amqp_channel_t = 1

    let state: amqp_connection_state_t
    let descriptor: Int32
    let host: AMQPConfiguration.Host
    let frameMax: Int
    let scratch = Scratch()
    /// Set and cleared by what the broker says; publishers hold back while it is set.
    private(set) var isBlocked = false
    private(set) var lastFrameAt = ContinuousClock.now
    /// When the library last looked after the socket and its heartbeats.
    private(set) var lastPumpAt = ContinuousClock.now

    /// Connects, logs in and opens the channel. Blocks for the configured timeouts at most, name resolution aside.
    init(to host: AMQPConfiguration.Host, _ configuration: AMQPConfiguration) throws(AMQPError) {
        guard let state = amqp_new_connection() else { throw AMQPError(.unreachable, subject: host.name) }
        do throws(AMQPError) {
            descriptor = try Self.open(state, host, configuration)
            try Self.login(state, host, configuration)
        } catch {
            amqp_destroy_connection(state)
            throw error
        }
        self.state = state
        self.host = host
        frameMax = Int(amqp_get_frame_max(state))
        // All stored properties are set: from here on deinit cleans up.
        try openChannel()
    }

    deinit {
        amqp_destroy_connection(state)
    }

    func openChannel() throws(AMQPError) {
        _ = amqp_channel_open(state, Self.channel)
        try check(amqp_get_rpc_reply(state))
    }

    /// After an error with code `channelClosed` the connection is still good, and so is a new channel on it.
    func reopenChannel() throws(AMQPError) {
        isBlocked = false
        try openChannel()
    }

    /// Says goodbye, and waits two seconds at most for the answer: an owner that closes has a budget of its own.
    func close() {
        var patience = timeval(.seconds(2))
        amqp_set_rpc_timeout(state, &patience)
        _ = amqp_connection_close(state, Int32(AMQP_REPLY_SUCCESS))
    }

    // MARK: Frames

    /// Hands every frame that is there to `body`, without waiting; heartbeats are sent and checked on the way.
    ///
    /// Frames of the connection as a whole are dealt with here: close ends in an error, so does the close of the channel.
    /// The frame's memory is good until `body` returns.
    func pump(_ body: (borrowing amqp_frame_t) throws(AMQPError) -> Void) throws(AMQPError) {
        var frames = 0
        while try receive(within: .zero, body) { frames += 1 }
        amqp_maybe_release_buffers(state)
        lastPumpAt = .now
        if frames > 0 { lastFrameAt = lastPumpAt }
    }

    /// Waits for one frame and hands it to `body`. `false` if none came in time.
    func receive(
        within patience: Duration,
        _ body: (borrowing amqp_frame_t) throws(AMQPError) -> Void
    ) throws(AMQPError) -> Bool {
        var frame = amqp_frame_t()
        var time = timeval(patience)
        let status = amqp_simple_wait_frame_noblock(state, &frame, &time)
        if status == AMQP_STATUS_TIMEOUT.rawValue { return false }
        try check(status)
        if frame.frame_type == UInt8(AMQP_FRAME_METHOD), try handled(frame.payload.method) { return true }
        try body(frame)
        // Cheap when there is nothing to release; otherwise every frame of this drain would stay in memory.
        amqp_maybe_release_buffers_on_channel(state, Self.channel)
        return true
    }

    private func handled(_ method: amqp_method_t) throws(AMQPError) -> Bool {
        switch method.id {
        case shim_connection_blocked():
            isBlocked = true
        case shim_connection_unblocked():
            isBlocked = false
        case shim_connection_close():
            let close = method.decoded.load(as: amqp_connection_close_t.self)
            var ok = amqp_connection_close_ok_t()
            _ = amqp_send_method(state, 0, shim_connection_close_ok(), &ok)
            throw AMQPError(.connectionLost, replyCode: Int(close.reply_code), replyText: String(close.reply_text))
        case shim_channel_close():
            let close = method.decoded.load(as: amqp_channel_close_t.self)
            let error = AMQPError(
                .channelClosed,
                replyCode: Int(close.reply_code),
                replyText: String(close.reply_text)
            )
            acknowledgeChannelClose()
            throw error
        default:
            return false
        }
        return true
    }

    private func acknowledgeChannelClose() {
        var ok = amqp_channel_close_ok_t()
        _ = amqp_send_method(state, Self.channel, shim_channel_close_ok(), &ok)
        amqp_maybe_release_buffers_on_channel(state, Self.channel)
    }

    // MARK: Errors

    func check(_ status: Int32) throws(AMQPError) {
        if status != AMQP_STATUS_OK.rawValue { throw AMQPError(status: status) }
    }

    func check(_ reply: amqp_rpc_reply_t) throws(AMQPError) {
        guard let error = AMQPError(reply) else { return }
        if error.code == .channelClosed { acknowledgeChannelClose() }
        throw error
    }

    // MARK: Sending

    func acknowledge(upTo tag: UInt64, multiple: Bool) throws(AMQPError) {
        try check(amqp_basic_ack(state, Self.channel, tag, multiple ? 1 : 0))
    }

    func reject(_ tag: UInt64, requeue: Bool) throws(AMQPError) {
        try check(amqp_basic_reject(state, Self.channel, tag, requeue ? 1 : 0))
    }

    /// Whether the protocol can carry the message; ``publish(_:)`` must not be given another.
    func canCarry(_ message: Message) -> Bool {
        message.exchange.utf8.count <= 255 && message.routingKey.utf8.count <= 255
            && WireProperties.areWritable(message.properties, frameMax: frameMax)
    }

    /// Hands the message to the socket. The caller has just pumped: this library waits for ever in here when the
    /// broker's heartbeat is overdue and nothing has come in.
    func publish(_ message: Message) throws(AMQPError) {
        scratch.reset()
        var properties = WireProperties.write(message.properties, in: scratch)
        let exchange = scratch.bytes(message.exchange)
        let key = scratch.bytes(message.routingKey)
        let mandatory: amqp_boolean_t = message.mandatory ? 1 : 0
        let status = message.body.withUnsafeBytes { body in
            let bytes = amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
            return amqp_basic_publish(state, Self.channel, exchange, key, mandatory, 0, &properties, bytes)
        }
        try check(status)
    }
}
