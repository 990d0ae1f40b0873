/// How many there are now, and the most there ever were.
struct Gauge: Sendable, Equatable {
    private(set) var now = 0
    private(set) var most = 0

    mutating func enter() {
        now += 1
        most = max(most, now)
    }

    mutating func leave() {
        now -= 1
    }

    /// Forgets the past, not what is there.
    mutating func forget() {
        most = now
    }
}
