/// How many unsettled deliveries a consumer asks for. Prefetch counts messages and not bytes: it starts small, and grows
/// once the messages seen have shown their size.
struct PrefetchRamp: Equatable {
    static let first = 16
    private static let factor = 8

    let target: Int
    let byteBudget: Int
    private(set) var current: Int
    private var seen = 0
    private var seenBytes = 0

    init(target: Int, byteBudget: Int) {
        // The wire has 16 bits for it, and 0 means without limit.
        self.target = min(max(1, target), 65_535)
        self.byteBudget = byteBudget
        current = min(Self.first, self.target)
    }

    mutating func received(bytes: Int) {
        seen += 1
        seenBytes += bytes
    }

    /// The next step, once a whole prefetch of deliveries was seen; `nil` as long as it stays as it is.
    mutating func next() -> Int? {
        guard current < target, seen >= current else { return nil }
        let average = max(1, seenBytes / seen)
        seen = 0
        seenBytes = 0
        let step = min(target, current * Self.factor, max(current, byteBudget / average))
        // A registration is worth it for a doubling, or for the last step.
        guard step >= min(target, current * 2) else { return nil }
        current = step
        return step
    }

    /// A new connection starts small again.
    mutating func restart() {
        self = PrefetchRamp(target: target, byteBudget: byteBudget)
    }
}
