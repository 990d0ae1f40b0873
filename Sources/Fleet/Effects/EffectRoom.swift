import Threads

/// Hands that are kept free for a batch while it is being claimed. What was not used is free again when the last one lets go of
/// this, whatever became of the claim.
package final class EffectRoom: Sendable {
    private let count: Locked<Int>
    private let giveBack: @Sendable (Int) -> Void

    init(_ count: Int, giveBack: @escaping @Sendable (Int) -> Void) {
        self.count = Locked(count)
        self.giveBack = giveBack
    }

    /// Takes up to so many of them for good.
    func use(_ wanted: Int) -> Int {
        count.withLock { count in
            let used = min(wanted, count)
            count -= used
            return used
        }
    }

    deinit {
        let rest = count.withLock { $0 }
        if rest > 0 { giveBack(rest) }
    }
}
