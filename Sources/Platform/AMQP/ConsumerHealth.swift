/// What a consumer is up to, readable from anywhere without waiting.
///
/// A consumer that is connected may still consume nothing: readiness asks for `isConsumerRegistered` and for a
/// `lastPumpAt` within the last two heartbeats.
public struct ConsumerHealth: Sendable {
    public internal(set) var isConnected = false
    public internal(set) var isConsumerRegistered = false
    public internal(set) var isBlocked = false
    /// When the last frame other than a heartbeat came in.
    public internal(set) var lastFrameAt: ContinuousClock.Instant?
    /// When the socket was last read with the broker's heartbeat in time.
    public internal(set) var lastPumpAt: ContinuousClock.Instant?
    /// Deliveries that are with the handlers or wait for one.
    public internal(set) var unsettled = 0
    /// How many the broker may give out unsettled at the moment.
    public internal(set) var prefetch = 0
    public internal(set) var deliveries: UInt64 = 0
    public internal(set) var connections: UInt64 = 0
    /// Acknowledgements and rejections that came too late: their connection was gone, or the tag was settled before.
    public internal(set) var staleAcknowledgements: UInt64 = 0
    /// Why the consumer was last without a connection.
    public internal(set) var lastError: AMQPError?
    public internal(set) var isClosed = false

    /// Registered, and the socket was read within `patience`.
    public func isPumping(within patience: Duration, at now: ContinuousClock.Instant = .now) -> Bool {
        guard isConsumerRegistered, let lastPumpAt else { return false }
        return now - lastPumpAt <= patience
    }
}
