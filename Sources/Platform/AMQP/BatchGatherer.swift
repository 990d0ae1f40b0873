internal import DequeModule

/// Cuts the stream of deliveries into batches while it comes in, so that handing one out copies nothing.
struct BatchGatherer {
    let limits: BatchLimits
    private var full: Deque<[Delivery]> = []
    private var open: [Delivery] = []
    private var openBytes = 0
    /// When the oldest delivery of the open batch came in.
    private var openSince: ContinuousClock.Instant?

    init(limits: BatchLimits) {
        self.limits = limits
    }

    var isEmpty: Bool { full.isEmpty && open.isEmpty }

    /// When the open batch is due although it is not full.
    var due: ContinuousClock.Instant? { openSince.map { $0 + limits.linger } }

    mutating func append(_ delivery: Delivery, at now: ContinuousClock.Instant) {
        if !open.isEmpty, openBytes + delivery.body.count > limits.bytes { close() }
        if open.isEmpty {
            openSince = now
            open.reserveCapacity(min(limits.count, 1024))
        }
        open.append(delivery)
        openBytes += delivery.body.count
        if open.count >= limits.count || openBytes >= limits.bytes { close() }
    }

    private mutating func close() {
        full.append(open)
        open = []
        openBytes = 0
        openSince = nil
    }

    /// The next batch that is full or due, or with `flushing` any at all.
    mutating func take(at now: ContinuousClock.Instant, flushing: Bool) -> [Delivery]? {
        if let batch = full.popFirst() { return batch }
        guard !open.isEmpty, flushing || due.map({ $0 <= now }) == true else { return nil }
        close()
        return full.popFirst()
    }

    mutating func removeAll() {
        full.removeAll()
        open = []
        openBytes = 0
        openSince = nil
    }
}
