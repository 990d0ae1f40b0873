import FoundationEssentials

/// When an effect that failed is tried again: exponentially later, the jitter inside the cap, never before the peer's own word.
package struct RetrySchedule: Sendable, Hashable {
    /// Before the second attempt, at most.
    package let first: Duration
    /// Between two attempts, at most, unless the peer asks for more.
    package let cap: Duration

    package init(first: Duration = .seconds(5), cap: Duration = .seconds(3_600)) {
        self.first = first
        self.cap = cap
    }

    /// - Parameters:
    ///   - attempts: how many have failed, this one included.
    ///   - asked: how long the peer wants to be left alone.
    ///   - random: from 0 to 1.
    package func pause(after attempts: Int, asked: Duration? = nil, random: Double) -> Duration {
        let doublings = min(max(attempts - 1, 0), 30)
        let span = min(first * (1 << doublings), cap)
        return max(span * (0.5 + 0.5 * random), asked ?? .zero)
    }
}
