package import FoundationEssentials
package import Ledger

/// One attempt that has come to its end in a worker.
package struct EffectAttempt: Sendable {
    package let lease: EffectLease
    package let verdict: AttemptVerdict
    /// Machine time; nil where the call never began.
    package let startedAt: Date?
    package let endedAt: Date
    package let worker: String
    package let schedule: RetrySchedule
    /// Whom the slot at the target went to when the call ended: one that this worker had taken ahead.
    package var passedTo: EffectLease?

    package init(
        _ lease: EffectLease,
        _ verdict: AttemptVerdict,
        startedAt: Date?,
        endedAt: Date,
        worker: String,
        schedule: RetrySchedule = RetrySchedule()
    ) {
        self.lease = lease
        self.verdict = verdict
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.worker = worker
        self.schedule = schedule
    }

    /// What becomes of the effect by it.
    ///
    /// - Parameters:
    ///   - now: domain time.
    ///   - isUnwanted: whether somebody has stopped wanting it while it was in hand: it is not tried again.
    ///   - random: from 0 to 1, for the jitter.
    package func ending(at now: Date, isUnwanted: Bool = false, random: Double) -> EffectEnding {
        let counts = verdict.cause != AttemptVerdict.notBegun && verdict.outcome != .waiting
        let failed = lease.effect.attempts + (counts ? 1 : 0)
        let state: EffectState =
            switch verdict.outcome {
            case .done, .alreadyAbsent, .acceptedPending: .done
            case .refused, .gone: .parked
            case .retry where isUnwanted, .waiting where isUnwanted: .cancelled
            // As it was before: nothing has been tried, or there is more to do.
            case .retry where !counts, .waiting where !counts: failed > 0 ? .retrying : .planned
            case .retry, .waiting: failed < lease.effect.attemptsAllowed ? .retrying : .parked
            }
        var next: Date?
        if !state.isFinal {
            let pause =
                counts
                ? schedule.pause(after: failed, asked: verdict.retryAfter, random: random)
                : verdict.retryAfter ?? .zero
            next = endedAt.addingTimeInterval(pause / .seconds(1))
            if failed == 0, pause == .zero {
                next = EffectLease.place(due: endedAt, plannedAt: lease.effect.plannedAt)
            }
        }
        return EffectEnding(
            id: lease.effect.id,
            token: lease.token,
            worker: worker,
            startedAt: startedAt,
            endedAt: endedAt,
            state: state,
            counts: counts,
            nextAttemptAt: next,
            finishedAt: state.isFinal ? now : nil,
            outcome: verdict.outcome.rawValue,
            cause: verdict.cause.isEmpty ? nil : verdict.cause,
            status: verdict.status,
            mayHaveActed: verdict.mayHaveActed,
            findings: verdict.findings
        )
    }
}
