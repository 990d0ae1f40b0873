package import Foundation

/// What a clock that has to be looked at does to its case: a pure function.
package enum ClockFiring: Sendable, Hashable {
    /// Nothing is due yet; it was looked at too early, or its data has grown.
    case nothing
    /// Somebody is told that the date comes near.
    case warn
    /// What was owed was not done in time; somebody is told.
    case miss
    /// The person is told within the first period that it takes longer, with the reason (Y1).
    case extend(reason: String)
    /// The case goes on by itself.
    case transition(CaseMachine.Transition)
    /// The client is reminded, and the clock starts again.
    case remind
    /// An exception is over: the worker finishes the job (K11).
    case finish(WorkQueue)
    /// The worker looks at the case again.
    case look(WorkQueue)
    /// The words of a closed case are destroyed (G5).
    case destroyWords
    /// A closed case is still held: its words wait on.
    case waitForHold
    /// What it was for is over.
    case stop

    /// - Parameters:
    ///   - due: when the clock ends, `warnAt` when it warns; nil once it has.
    ///   - equal: where the case stands that answers this one, too.
    ///   - isHeld: whether a legal hold is in place.
    ///   - extendable: the reason with which the clock may extend by itself, where the profile and the rule allow it and
    ///     the person can still be told in time.
    package init(
        _ clock: ClockRule.Clock,
        due: Date?,
        warnAt: Date?,
        at now: Date,
        machine: CaseMachine,
        isHeld: Bool,
        extendable: String?,
        equal: CaseState? = nil
    ) {
        guard let due else {
            self = .nothing
            return
        }
        guard due <= now else {
            guard let warnAt, warnAt <= now else {
                self = .nothing
                return
            }
            if clock == .respond, let extendable, machine.lane == .own, machine.state == .inProgress {
                self = .extend(reason: extendable)
            } else {
                self = .warn
            }
            return
        }
        switch clock {
        case .respond:
            if case .apply(let transition) = machine.verdict(on: .clientDatePassed) {
                self = .transition(transition)
            } else {
                self = .miss
            }
        case .lapse:
            if case .apply(let transition) = machine.verdict(on: .lapsed) {
                self = .transition(transition)
            } else {
                self = .stop
            }
        case .holdEnd:
            if case .apply(let transition) = machine.verdict(on: .holdLifted) {
                self = .transition(transition)
            } else {
                self = .stop
            }
        case .equal: self = ClockFiring(following: equal, machine)
        case .exceptionEnd:
            self = machine.state == .onHold ? .finish(machine.worker) : .stop
        case .look, .acknowledgement, .objection: self = .look(machine.worker)
        case .tellClient: self = .look(.referral)
        case .clientTerm:
            if case .apply(let transition) = machine.verdict(on: .clientTermOver) {
                self = .transition(transition)
            } else {
                self = .stop
            }
        case .clientReminder: self = machine.state == .referred ? .remind : .stop
        case .retention: self = isHeld ? .waitForHold : machine.state.isFinal ? .destroyWords : .stop
        // Somebody else's dates: nobody is told of them by us.
        case .authority72h, .individuals: self = .stop
        case .confirmReceipt, .refer, .extensionNotice, .fanOut, .assist, .purge, .complaint, .notifyClients, .triage,
            .review, .approval, .ownAuthority, .disclosure, .announce:
            self = .miss
        }
    }

    /// An answer is everybody's who asked for it; a withdrawal or a lapse is only of the one who withdrew or kept silent.
    private init(following equal: CaseState?, _ machine: CaseMachine) {
        let event: CaseEvent? =
            switch equal {
            case .fulfilled, .partlyFulfilled, .refused, .handedOver: equal.map(CaseEvent.equalEnded)
            case .withdrawn, .lapsed: .equalLeft
            default: nil
            }
        guard let event, case .apply(let transition) = machine.verdict(on: event) else {
            self = .stop
            return
        }
        self = .transition(transition)
    }
}
