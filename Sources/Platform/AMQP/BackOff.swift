/// How long to wait before the next attempt to connect: doubling from `base` to `cap`, with the jitter inside the cap.
public struct BackOff: Sendable, Equatable {
    public var base: Duration
    public var cap: Duration

    public init(base: Duration = .milliseconds(100), cap: Duration = .seconds(10)) {
        self.base = base
        self.cap = cap
    }

    /// Between half and all of the step that belongs to `attempt` (1 is the first repetition).
    public func delay(attempt: Int) -> Duration {
        let step = min(cap, base * (1 << min(max(attempt - 1, 0), 20)))
        return step * Double.random(in: 0.5...1)
    }
}
