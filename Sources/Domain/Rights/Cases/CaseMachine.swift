/// What an event does to a case: a pure function over the facts that decide it.
///
/// Every transition leaves exactly one evidence row, named by `Transition.fact`, in the transaction that makes it. The whole
/// table is printed by ``StateTable`` and committed, so that a change of it shows in review.
package struct CaseMachine: Sendable {
    package let state: CaseState
    package let lane: Lane
    package let right: Right?
    /// Whether an equal case answers this one, too.
    package let isLinked: Bool

    package init(state: CaseState, lane: Lane, right: Right?, isLinked: Bool = false) {
        self.state = state
        self.lane = lane
        self.right = right
        self.isLinked = isLinked
    }

    /// What whoever applies a transition does in the same transaction.
    package enum Action: Hashable, Sendable {
        case wake(WorkQueue)
        /// This worker has something to say about the case, which stays where it is.
        case tell(WorkQueue)
        /// The case waits for somebody from now on; whether its clocks stand still is the regime's affair.
        case pause(PauseReason)
        case resume(PauseReason)
        /// Opens a clock from now, in place of an older one of its kind.
        case start(ClockKey)
        /// A person is called, with a clock of its own kind.
        case review(ReviewKind)
        /// Nobody has to look at it any more.
        case dismiss(ReviewKind)
        /// Ends one clock.
        case stop(ClockRule.Clock)
        /// Nothing more is owed: every clock ends but those that run for the fleet itself.
        case stopAll
        /// Nothing of this that has not begun goes out any more.
        case cancel(EffectScope)
        /// The clocks are counted anew, because their place has become known.
        case recount
        /// Whatever came before it could be lawful is looked at again.
        case reconsider
        case tellReferred
        case tellDecided
        case tellCompleted
    }

    package struct Transition: Sendable, Hashable {
        package let state: CaseState
        package let fact: String
        package let actions: [Action]

        /// The worker that has something to do now.
        package var wakes: WorkQueue? {
            for case .wake(let queue) in actions { return queue }
            return nil
        }
    }

    package enum Verdict: Sendable, Hashable {
        case apply(Transition)
        /// Lawful later, not now: it waits.
        case wait
        /// Can never become lawful for this case.
        case refuse(Refusal)
    }

    /// Why an event can never apply to a case.
    package enum Refusal: String, Sendable, Hashable, CaseIterable {
        case closed = "case_closed"
        case hasClient = "case_has_client"
        case notReferred = "case_not_referred"
        case alreadyDecided = "case_already_decided"
        case noFeeAwaited = "no_fee_awaited"
        case notARestriction = "not_a_restriction"
        /// Only the fleet itself raises such an event; it came too late or too early.
        case notNow = "case_not_there"

        /// What the publisher can do about it.
        package var remedy: String {
            switch self {
            case .closed: "the case is closed; submit a new request if the person asks again"
            case .hasClient: "the case already has its client; correct the client with your contact at the processor"
            case .notReferred: "only a request that was referred to the client awaits a decision; send nothing"
            case .alreadyDecided: "the client's decision was recorded before; a second one must come from a person"
            case .noFeeAwaited: "no fee was asked for this case; check the reference"
            case .notARestriction: "only a case that asked for restriction can have it lifted; check the reference"
            case .notNow: "the case is not in a state for this; look at it with `habeas requests show`"
            }
        }
    }

    package func verdict(on event: CaseEvent) -> Verdict {
        if lane == .notice { return notice(event) }
        if lane == .disclosure { return disclosure(event) }
        if state.isFinal { return afterTheEnd(event) }
        switch event {
        case .withdrawn: return withdrawal
        case .clarified: return stay("request.clarified", .resume(.clarification), .wake(currentWorker))
        case .clientNamed(let resolved): return clientNamed(resolved)
        case .identityVerified(let sufficient): return identityVerified(sufficient)
        // Never refused by a machine: suspected fraud, too, goes to a person (A5).
        case .identityFailed(let isFraud):
            return stay("identity.failed", .review(isFraud ? .fraud : .identity), .wake(.referral))
        case .decidedProceed, .decidedHandleItself, .decidedRefuse: return decision(event)
        case .restrictionLifted: return right == .restriction ? .wait : .refuse(.notARestriction)
        case .feePaid:
            guard state == .needsFee else { return .refuse(.noFeeAwaited) }
            return go(.inProgress, "fee.paid", .resume(.fee), .stop(.lapse), .wake(worker))
        case .holdPlaced: return stay("hold.placed", .pause(.hold), .wake(currentWorker))
        case .holdLifted: return stay("hold.lifted", .resume(.hold), .wake(currentWorker))
        case .referralSent, .identityAsked, .clarificationAsked, .feeAsked, .instructionConfirmed, .instructionDenied,
            .refusedByPerson, .answered, .openEndsOver:
            return fleet(event)
        case .clientTermOver, .tellingProhibited, .handedToAuthority: return .refuse(.notNow)
        case .lapsed, .clientDatePassed: return clock(event)
        case .equalEnded(let answer):
            return isLinked ? end(answer, "case.ended_with_equal") : .refuse(.notNow)
        case .equalLeft: return isLinked ? stay("case.equal_left", .wake(currentWorker)) : .refuse(.notNow)
        }
    }

    // MARK: From outside

    /// Whoever was told of the request is told that it is withdrawn.
    private var withdrawal: Verdict {
        currentWorker == .referral
            ? end(.withdrawn, "request.withdrawn", cancelling: .everything, .wake(.referral))
            : end(.withdrawn, "request.withdrawn", cancelling: .everything, .wake(currentWorker), .tell(.referral))
    }

    private func clientNamed(_ isResolved: Bool) -> Verdict {
        guard state == .needsClient else { return .refuse(.hasClient) }
        guard isResolved else { return stay("client.named_unresolved", .review(.client)) }
        return go(.received, "client.named", .stop(.lapse), .dismiss(.client), .recount, .wake(.referral))
    }

    private func identityVerified(_ isSufficient: Bool) -> Verdict {
        guard isSufficient else {
            return state == .needsIdentity
                ? stay("identity.verified_too_low", .wake(.referral)) : stay("identity.verified_too_low")
        }
        guard state == .needsIdentity else { return stay("identity.verified") }
        return go(.inProgress, "identity.verified", .resume(.identity), .stop(.lapse), .wake(worker))
    }

    private func decision(_ event: CaseEvent) -> Verdict {
        guard lane == .referral else { return .refuse(.notReferred) }
        switch state {
        case .referred: break
        case .received, .needsClient: return .wait
        default: return .refuse(.alreadyDecided)
        }
        switch event {
        case .decidedProceed:
            return go(
                .inProgress,
                "client.decided_proceed",
                .tellDecided,
                .resume(.clientSilent),
                .stop(.clientReminder),
                .cancel(.asks),
                .wake(worker)
            )
        case .decidedHandleItself:
            return end(.handedOver, "client.decided_handle_itself", .tellDecided, .wake(.referral))
        default: return end(.refused, "client.decided_refuse", .tellDecided, .wake(.referral))
        }
    }

    private func afterTheEnd(_ event: CaseEvent) -> Verdict {
        switch event {
        case .restrictionLifted where right == .restriction && (state == .fulfilled || state == .partlyFulfilled):
            // The person is told before it ends (GDPR Art. 18(3)).
            stay("restriction.lifted", .wake(.erasure), .tell(.referral))
        case .holdLifted: stay("hold.lifted", .resume(.hold))
        default: .refuse(.closed)
        }
    }

    // MARK: Notices

    /// Nobody asks anything of a notice: it is told, or it could not be. Its client's own words come with their own events.
    private func notice(_ event: CaseEvent) -> Verdict {
        if state.isFinal { return .refuse(.closed) }
        switch event {
        case .answered(let isTold, _) where state == .inProgress:
            return .apply(
                Transition(
                    state: isTold ? .fulfilled : .partlyFulfilled,
                    fact: isTold ? "notice.ended" : "notice.ended_untold",
                    actions: [.cancel(.everything), .stopAll, .start(.retention)]
                )
            )
        case .decidedProceed, .decidedHandleItself, .decidedRefuse: return .refuse(.notReferred)
        case .feePaid: return .refuse(.noFeeAwaited)
        case .restrictionLifted: return .refuse(.notARestriction)
        default: return .refuse(.notNow)
        }
    }

    // MARK: An authority's demand

    /// Nobody outside moves it: two people approve it, the client is told and has its time, what is named is collected, a person
    /// hands it over (K23). A hold, which keeps data, is no reason against it.
    private func disclosure(_ event: CaseEvent) -> Verdict {
        switch (event, state) {
        case (.holdLifted, _): return stay("hold.lifted", .resume(.hold))
        case _ where state.isFinal: return .refuse(.closed)
        case (.holdPlaced, _): return stay("hold.placed", .pause(.hold))
        case (.withdrawn, _):
            return end(
                .withdrawn,
                "disclosure.withdrawn",
                cancelling: .everything,
                .dismiss(.disclosure),
                .wake(.export),
                .tell(.referral)
            )
        case (.instructionDenied, .received): return end(.refused, "disclosure.refused", .wake(.referral))
        case (.instructionConfirmed, .received):
            return go(.referred, "disclosure.approved", .stop(.review), .pause(.clientSilent), .wake(.referral))
        case (.clientTermOver, .referred):
            return go(
                .inProgress,
                "disclosure.term_over",
                .resume(.clientSilent),
                .stop(.clientTerm),
                .wake(.export)
            )
        case (.tellingProhibited, .referred):
            return go(.inProgress, "disclosure.telling_prohibited", .resume(.clientSilent), .wake(.export))
        case (.handedToAuthority, .inProgress):
            return end(.handedOver, "disclosure.handed_over", .wake(.export), .tell(.referral))
        default: return .refuse(.notNow)
        }
    }

    // MARK: From the fleet

    private func fleet(_ event: CaseEvent) -> Verdict {
        switch (event, state) {
        case (.referralSent, .received) where lane == .referral:
            go(.referred, "referral.sent", .pause(.clientSilent), .start(.clientReminder), .tellReferred, .reconsider)
        case (.identityAsked, .inProgress), (.identityAsked, .needsIdentity):
            go(.needsIdentity, "identity.asked", .pause(.identity), .start(.lapse))
        case (.clarificationAsked, .inProgress), (.clarificationAsked, .needsIdentity):
            stay("clarification.asked", .pause(.clarification))
        case (.feeAsked, .inProgress): go(.needsFee, "fee.asked", .pause(.fee), .start(.lapse))
        case (.instructionConfirmed, .received) where lane == .fulfilment:
            go(.inProgress, "instruction.confirmed", .stop(.review), .wake(worker))
        // A child's own case: a person has looked at it (C6, Y13).
        case (.instructionConfirmed, .received) where lane == .own && right != nil:
            go(.inProgress, "case.confirmed", .stop(.review), .wake(worker))
        case (.instructionDenied, .received) where lane == .fulfilment:
            end(.refused, "instruction.denied", .wake(.referral))
        case (.refusedByPerson, _) where mayRefuse:
            end(.refused, "case.refused", .wake(.referral))
        case (.answered(let complete, let openEnds), .inProgress),
            // A complaint has nobody but its answerer.
            (.answered(let complete, let openEnds), .received)
        where state == .inProgress || (lane == .own && right == nil):
            openEnds
                ? go(
                    .onHold,
                    "case.answered",
                    .stop(.respond),
                    .stop(.assist),
                    .stop(.extensionNotice),
                    .tell(.referral)
                )
                : finish(complete)
        case (.openEndsOver(let complete), .onHold):
            finish(complete)
        default: .refuse(.notNow)
        }
    }

    /// Before the client's decision nobody refuses in its place (K5), and an instruction that waits to be confirmed is refused
    /// by the client's denial alone (K7).
    private var mayRefuse: Bool {
        switch lane {
        case .own: true
        case .fulfilment: state != .received
        case .notice: false
        case .referral: state == .inProgress || state == .needsIdentity || state == .needsFee
        case .disclosure: false
        }
    }

    // MARK: From the clock

    private func clock(_ event: CaseEvent) -> Verdict {
        switch (event, state) {
        case (.lapsed, .needsClient), (.lapsed, .needsIdentity), (.lapsed, .needsFee):
            end(.lapsed, "case.lapsed", .wake(.referral))
        case (.clientDatePassed, .needsClient) where lane == .referral: end(.lapsed, "case.lapsed", .wake(.referral))
        // Undecided: a last notice to the client, never to the person (K5).
        case (.clientDatePassed, .received) where lane == .referral,
            (.clientDatePassed, .referred) where lane == .referral:
            end(.handedOver, "client.undecided", .wake(.referral))
        default: .refuse(.notNow)
        }
    }

    // MARK: Words

    private func go(_ next: CaseState, _ fact: String, _ actions: Action...) -> Verdict {
        .apply(Transition(state: next, fact: fact, actions: actions))
    }

    private func stay(_ fact: String, _ actions: Action...) -> Verdict {
        .apply(Transition(state: state, fact: fact, actions: actions))
    }

    private func end(
        _ next: CaseState,
        _ fact: String,
        cancelling scope: EffectScope = .allButNotice,
        _ actions: Action...
    ) -> Verdict {
        let always: [Action] = [.cancel(scope), .stopAll, .start(.retention), .tellCompleted]
        return .apply(Transition(state: next, fact: fact, actions: actions + always))
    }

    private func finish(_ complete: Bool) -> Verdict {
        complete
            ? end(.fulfilled, "case.fulfilled", .tell(.referral))
            : end(.partlyFulfilled, "case.partly_fulfilled", .tell(.referral))
    }

    /// The worker that carries the case out once it may be carried out.
    package var worker: WorkQueue {
        switch lane {
        case .notice: .breach
        case .disclosure: .export
        case .own, .referral, .fulfilment: right.map(WorkQueue.fulfilling) ?? .erasure
        }
    }

    /// Who works on the case at present.
    private var currentWorker: WorkQueue {
        switch state {
        case .inProgress, .onHold: worker
        default: .referral
        }
    }
}
