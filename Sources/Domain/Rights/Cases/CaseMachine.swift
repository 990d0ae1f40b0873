/// What an event does to a case: a pure function over the facts that decide it.
///
/// Every transition leaves exactly one evidence row, named by `Transition.fact`, in the transaction that makes it.
package struct CaseMachine: Sendable {
    package let state: CaseState
    package let lane: Lane
    package let right: Right?

    package init(state: CaseState, lane: Lane, right: Right?) {
        self.state = state
        self.lane = lane
        self.right = right
    }

    package struct Transition: Sendable, Hashable {
        package let state: CaseState
        package let fact: String
        /// The worker that has something to do now.
        package let wakes: WorkQueue?
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

        /// What the publisher can do about it.
        package var remedy: String {
            switch self {
            case .closed: "the case is closed; submit a new request if the person asks again"
            case .hasClient: "the case already has its client; correct the client with your contact at the processor"
            case .notReferred: "only a request that was referred to the client awaits a decision; send nothing"
            case .alreadyDecided: "the client's decision was recorded before; a second one must come from a person"
            case .noFeeAwaited: "no fee was asked for this case; check the reference"
            case .notARestriction: "only a case that asked for restriction can have it lifted; check the reference"
            }
        }
    }

    package func verdict(on event: CaseEvent) -> Verdict {
        if state.isFinal { return afterTheEnd(event) }
        switch event {
        case .withdrawn: return apply(.withdrawn, "request.withdrawn", wakes: currentWorker)
        case .clarified: return apply(state, "request.clarified", wakes: currentWorker)
        case .clientNamed(let resolved):
            guard state == .needsClient else { return .refuse(.hasClient) }
            return resolved
                ? apply(.received, "client.named", wakes: .referral) : apply(state, "client.named_unresolved")
        case .identityVerified:
            guard state == .needsIdentity else { return apply(state, "identity.verified") }
            return apply(.inProgress, "identity.verified", wakes: fulfilling)
        case .identityFailed:
            // Never refused by a machine: suspected fraud, too, goes to a person (A5).
            return apply(state, "identity.failed", wakes: .referral)
        case .decidedProceed: return decision(.inProgress, "client.decided_proceed", wakes: fulfilling)
        case .decidedHandleItself: return decision(.handedOver, "client.decided_handle_itself", wakes: .referral)
        case .decidedRefuse: return decision(.refused, "client.decided_refuse", wakes: .referral)
        case .restrictionLifted: return right == .restriction ? .wait : .refuse(.notARestriction)
        case .feePaid:
            guard state == .needsFee else { return .refuse(.noFeeAwaited) }
            return apply(.inProgress, "fee.paid", wakes: fulfilling)
        case .holdPlaced: return apply(state, "hold.placed", wakes: currentWorker)
        case .holdLifted: return apply(state, "hold.lifted", wakes: currentWorker)
        }
    }

    private func afterTheEnd(_ event: CaseEvent) -> Verdict {
        switch event {
        case .restrictionLifted where right == .restriction && (state == .fulfilled || state == .partlyFulfilled):
            apply(state, "restriction.lifted", wakes: .erasure)
        case .holdLifted: apply(state, "hold.lifted")
        default: .refuse(.closed)
        }
    }

    private func decision(_ next: CaseState, _ fact: String, wakes queue: WorkQueue) -> Verdict {
        guard lane == .referral else { return .refuse(.notReferred) }
        switch state {
        case .referred: return apply(next, fact, wakes: queue)
        case .received, .needsClient: return .wait
        default: return .refuse(.alreadyDecided)
        }
    }

    private func apply(_ next: CaseState, _ fact: String, wakes queue: WorkQueue? = nil) -> Verdict {
        .apply(Transition(state: next, fact: fact, wakes: queue))
    }

    private var fulfilling: WorkQueue { right.map(WorkQueue.fulfilling) ?? .erasure }

    /// Who works on the case at present.
    private var currentWorker: WorkQueue {
        switch state {
        case .inProgress, .onHold: fulfilling
        default: .referral
        }
    }
}
