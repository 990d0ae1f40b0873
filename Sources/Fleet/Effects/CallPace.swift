package import Ledger
import Threads

/// How long calls take at each target, as one worker has seen lately; and how many effects it is worth to have in hand beyond those that
/// may be called, so that a call that ends is followed by the next at once and not after the database has been asked.
///
/// Where calls are slow that wait is nothing beside them, and what is in hand would only be kept from others.
package final class CallPace: Sendable {
    /// As a share, how much the last call counts.
    private static let weight = 0.2
    /// Calls that end in this time are followed by so many that wait as can be called at once.
    private static let glance = 0.2
    private static let deepest = 12

    private let averages = Locked<[String: Double]>([:])
    private let health = Locked<[String: Bool]>([:])

    package init() {}

    package func note(_ duration: Duration, at target: String) {
        let seconds = duration / .seconds(1)
        averages.withLock { averages in
            let before = averages[target] ?? seconds
            averages[target] = before + (seconds - before) * Self.weight
        }
    }

    /// For each call that may be under way at the target so many effects are worth having in hand; 0 where nobody has called it yet.
    package func depth(at target: String) -> Int {
        guard let average = averages.withLock({ $0[target] }) else { return 0 }
        return min(Self.deepest, Int(Self.glance / max(average, 0.001)))
    }

    /// What a claim, or an outcome, has found of targets.
    package func note(_ targets: some Sequence<TargetRecord>) {
        health.withLock { health in
            for target in targets {
                health[target.id] = target.circuit == .closed && target.failures == 0 && target.disabledAt == nil
            }
        }
    }

    /// Whether a call that went well changes nothing that is kept of the target, as far as this worker knows: its row need not be locked
    /// for it, and no claim waits for that.
    package func isWell(_ target: String) -> Bool { health.withLock { $0[target] ?? false } }
}
