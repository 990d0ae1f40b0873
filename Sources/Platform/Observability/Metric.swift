import Synchronization

/// A number that only grows. Keep the handle: looking it up again costs a lock, incrementing it one atomic addition.
public final class Counter: Sendable {
    private let total = Atomic<UInt64>(0)

    init() {}

    public func increment(by amount: UInt64 = 1) {
        total.wrappingAdd(amount, ordering: .relaxed)
    }

    public var value: UInt64 { total.load(ordering: .relaxed) }
}

/// A number that goes up and down.
public final class Gauge: Sendable {
    private let current = Atomic<Double>(0)

    init() {}

    public func set(_ value: Double) {
        current.store(value, ordering: .relaxed)
    }

    public func add(_ difference: Double) {
        var old = current.load(ordering: .relaxed)
        while true {
            let attempt = current.weakCompareExchange(expected: old, desired: old + difference, ordering: .relaxed)
            if attempt.exchanged { return }
            old = attempt.original
        }
    }

    public var value: Double { current.load(ordering: .relaxed) }
}

/// Observations counted in fixed buckets, with their sum. Lock-free: a scrape in between may see a count whose share of
/// the sum is still to come.
public final class Histogram: Sendable {
    let bounds: [Double]
    /// One a bound, and one for what lies above the last; not cumulative.
    let buckets: [Counter]
    let sum = Gauge()

    init(bounds: [Double]) {
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    /// Counts `value`, `times` times: one call for a batch whose members took equally long.
    public func observe(_ value: Double, times: UInt64 = 1) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        buckets[bucket].increment(by: times)
        sum.add(value * Double(times))
    }

    /// Counts a duration in seconds.
    public func observe(_ duration: Duration, times: UInt64 = 1) {
        observe(duration / .seconds(1), times: times)
    }
}
