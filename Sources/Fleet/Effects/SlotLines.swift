import FoundationEssentials
import Ledger

/// Who waits in one worker for a slot at which target, and how many slots it has there: what becomes of them when a call ends, when
/// its end is written down, when the database has given some. No input or output: whoever waits is handed back to be woken.
///
/// A slot is a call that may be under way. It is given out by the database at a claim and stands there for its effect's lease; the
/// worker passes it on when the call ends, and the transaction that writes the end down says to whom. Ends are written in the order
/// in which calls ended: there are never more calls than slots, and the database never counts one less than there are.
struct SlotLines<Waiter> {
    /// One that was taken ahead and waits.
    struct Seeker {
        let lease: EffectLease
        let longestCall: Duration
        /// The end of its own lease.
        let until: ContinuousClock.Instant
        let waiter: Waiter
    }

    /// In the order in which they came.
    private var lines: [String: [Seeker]] = [:]
    /// Claimed effects with a slot whose end is not written yet. Without one nobody passes a slot on.
    private var slots: [String: Int] = [:]
    /// Targets at which slots are being asked for.
    private var asking: Set<String> = []

    /// A claim has brought an effect that may be called.
    mutating func hold(at target: String) { slots[target, default: 0] += 1 }

    /// One that was taken ahead waits from now on. Answers whether slots are to be asked for: nobody of this worker would pass one on.
    mutating func wait(_ seeker: Seeker) -> Bool {
        let target = seeker.lease.effect.target
        lines[target, default: []].append(seeker)
        return slots[target, default: 0] == 0 && asking.insert(target).inserted
    }

    /// A call has ended: who has its slot now; nil where nobody waits that would be through in time.
    ///
    /// - Parameter until: how long the slot stands: the lease of whoever had it.
    mutating func pass(
        at target: String,
        until: ContinuousClock.Instant,
        now: ContinuousClock.Instant
    ) -> Seeker? {
        guard let index = lines[target]?.firstIndex(where: { now + $0.longestCall <= until }) else { return nil }
        slots[target, default: 0] += 1
        return remove(index, at: target)
    }

    /// Ends of effects that had slots at these targets, one for each, have been written. Answers where slots are to be asked for.
    mutating func giveBack(at targets: [String]) -> [String] {
        var asked: [String] = []
        for target in targets {
            let left = slots[target, default: 1] - 1
            slots[target] = left > 0 ? left : nil
            if left <= 0, lines[target] != nil, asking.insert(target).inserted { asked.append(target) }
        }
        return asked
    }

    /// Those that wait at a target, the first first.
    func leases(at target: String) -> [EffectLease] { lines[target, default: []].map(\.lease) }

    /// What came of asking. Who has got none goes back to the line, unless this worker has a slot there by then.
    mutating func granted(
        _ effects: Set<UUID>,
        at target: String
    ) -> (lucky: [Seeker], others: [Seeker]) {
        asking.remove(target)
        let line = lines.removeValue(forKey: target) ?? []
        let lucky = line.filter { effects.contains($0.lease.effect.id) }
        let others = line.filter { !effects.contains($0.lease.effect.id) }
        if !lucky.isEmpty { slots[target, default: 0] += lucky.count }
        guard slots[target] != nil else { return (lucky, others) }
        if !others.isEmpty { lines[target] = others }
        return (lucky, [])
    }

    /// One has waited too long; nil where it does not wait any more.
    mutating func giveUp(_ lease: EffectLease) -> Seeker? {
        let target = lease.effect.target
        guard let index = lines[target]?.firstIndex(where: { $0.lease.effect.id == lease.effect.id }) else {
            return nil
        }
        return remove(index, at: target)
    }

    /// The worker is ending: nobody waits any more.
    mutating func end() -> [Seeker] {
        defer { lines.removeAll() }
        return lines.values.flatMap { $0 }
    }

    private mutating func remove(_ index: Int, at target: String) -> Seeker? {
        let seeker = lines[target]?.remove(at: index)
        if lines[target]?.isEmpty == true { lines[target] = nil }
        return seeker
    }
}
