/// When a batch is handed out: as soon as it is full by count or bytes, or when its oldest delivery has waited `linger`.
public struct BatchLimits: Sendable, Equatable {
    public var count: Int
    /// Of kept bodies. A single larger body makes a batch of its own.
    public var bytes: Int
    /// Zero hands out what one reading of the socket brought.
    public var linger: Duration

    public init(count: Int = 100, bytes: Int = 4 << 20, linger: Duration = .milliseconds(5)) {
        self.count = max(1, count)
        self.bytes = max(1, bytes)
        self.linger = linger
    }
}
