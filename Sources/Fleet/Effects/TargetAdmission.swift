package import FoundationEssentials
package import Ledger

/// Whether and when a call to a target may begin: its pause, its circuit, calls under way, calls a second. A pure function of the
/// target's row, whose lock the caller holds.
package struct TargetAdmission: Sendable {
    package enum Verdict: Hashable, Sendable {
        /// Not before this time; the slot is taken.
        case admitted(startAt: Date)
        /// No slot, but room in the worker's hand: it may be called when another call of the same worker to this target has ended.
        case ahead
        /// No slot: it goes back to the line and is not looked at before this time.
        case putBack(notBefore: Date)
    }

    /// How far ahead a rate's slots are given away.
    package static let horizon: TimeInterval = 2
    /// What no time is known for is let go by whoever ends a call; this is the clock's turn at the latest.
    package static let patience: TimeInterval = 5
    /// A target that is paused or disabled is looked at again now and then.
    package static let rest: TimeInterval = 60
    /// Calls are set a little further apart than the limit asks: they reach the peer with the jitter of the way.
    static let margin = 1.05

    package private(set) var target: TargetRecord
    private let now: Date

    package init(_ target: TargetRecord, at now: Date) {
        self.target = target
        self.now = now
    }

    /// What lies between two calls, at least.
    package var spacing: Duration? { target.perSecond.map { .seconds(1 / $0) } }

    /// Takes a slot for one call that lasts, with its lease, no longer than `span`.
    ///
    /// - Parameter depth: for each slot so many effects may be in hands beyond. None is where the target has a rate, or anything but
    ///   a closed circuit: its slots are given one by one.
    package mutating func admit(for span: Duration, depth: Int = 0) -> Verdict {
        if target.isPaused || target.disabledAt != nil {
            return .putBack(notBefore: now.addingTimeInterval(Self.rest))
        }
        if let quiet = target.quietUntil, quiet > now { return .putBack(notBefore: quiet) }
        switch target.circuit {
        case .closed: break
        case .open, .probing:
            if let until = target.circuitUntil, until > now { return .putBack(notBefore: until) }
        }
        guard target.live < target.inFlight else {
            if target.perSecond == nil, target.circuit == .closed, target.ahead < depth * target.inFlight {
                target.ahead += 1
                return .ahead
            }
            return .putBack(notBefore: now)
        }
        var start = now
        if let rate = target.perSecond {
            start = max(now, target.nextSlotAt)
            guard start.timeIntervalSince(now) <= Self.horizon else { return .putBack(notBefore: start) }
            target.nextSlotAt = start.addingTimeInterval(Self.margin / rate)
        }
        target.live += 1
        if target.circuit != .closed {
            // One, to see. Should its worker die, the next one may go when its lease is over.
            target.circuit = .probing
            target.circuitUntil = start.addingTimeInterval(span / .seconds(1))
        }
        return .admitted(startAt: start)
    }
}
