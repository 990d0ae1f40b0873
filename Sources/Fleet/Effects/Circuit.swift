package import FoundationEssentials
package import Ledger

/// What attempts do to their target: failures in a row open its circuit, so that a peer that is down is asked now and then
/// instead of always; a success closes it.
extension TargetRecord {
    /// Failures of the target in a row that open its circuit.
    package static let failuresThatOpen = 5
    /// How long it stays open: at most the first time, and at most at all.
    package static let opening = RetrySchedule(first: .seconds(5), cap: .seconds(600))

    /// Takes note of what came of a call.
    ///
    /// - Parameters:
    ///   - random: from 0 to 1, for the jitter.
    ///   - domainNow: the time of people, for what they are told.
    package mutating func record(_ attempt: EffectAttempt, domainNow: Date, random: Double) {
        let verdict = attempt.verdict
        let now = attempt.endedAt
        let wasProbe = isProbe(attempt.lease)
        guard verdict.cause != AttemptVerdict.notBegun else {
            // Says nothing of the target; another one may go and see.
            if wasProbe { open(until: now, at: now) }
            return
        }
        if let asked = verdict.retryAfter, verdict.outcome != .waiting {
            let until = now.addingTimeInterval(asked / .seconds(1))
            quietUntil = max(quietUntil ?? until, until)
        }
        switch verdict.outcome {
        case .gone:
            if disabledAt == nil {
                disabledAt = domainNow
                disabledCause = verdict.cause
            }
            answered(isSure: wasProbe)
        case .retry where verdict.blamesTarget:
            // A call that began before the circuit opened says nothing new.
            guard circuit == .closed || wasProbe else { return }
            failures += 1
            lastCause = verdict.cause
            guard wasProbe || failures >= Self.failuresThatOpen else { return }
            openings += 1
            let pause = Self.opening.pause(after: openings, random: random)
            open(until: now.addingTimeInterval(pause / .seconds(1)), at: now)
        case .done, .alreadyAbsent, .acceptedPending, .waiting, .refused, .retry:
            answered(isSure: wasProbe || verdict.isDone || verdict.outcome == .waiting)
        }
    }

    /// Whether this lease is the one that was given out to see whether the target is there again: the circuit waits for its end.
    private func isProbe(_ lease: EffectLease) -> Bool {
        guard circuit == .probing, let circuitUntil else { return false }
        // The table keeps microseconds.
        return abs(lease.until.timeIntervalSince(circuitUntil)) < 0.001
    }

    private mutating func open(until time: Date, at now: Date) {
        circuit = .open
        circuitSince = circuitSince ?? now
        circuitUntil = time
    }

    /// It answered: whatever it thinks of this effect, it is there.
    private mutating func answered(isSure: Bool) {
        guard circuit == .closed || isSure else { return }
        failures = 0
        circuit = .closed
        openings = 0
        circuitSince = nil
        circuitUntil = nil
    }
}
