/// What a publisher is up to, readable from anywhere without waiting.
public struct PublisherHealth: Sendable {
    public internal(set) var isConnected = false
    /// The broker takes no messages (memory or disk alarm).
    public internal(set) var isBlocked = false
    /// Sent and not confirmed.
    public internal(set) var inFlight = 0
    /// Calls that wait for their outcome.
    public internal(set) var calls = 0
    public internal(set) var confirmed: UInt64 = 0
    public internal(set) var unroutable: UInt64 = 0
    public internal(set) var nacked: UInt64 = 0
    /// Without an answer, whatever the reason.
    public internal(set) var unknown: UInt64 = 0
    public internal(set) var connections: UInt64 = 0
    public internal(set) var lastPumpAt: ContinuousClock.Instant?
    public internal(set) var lastError: AMQPError?
    public internal(set) var isClosed = false
}
