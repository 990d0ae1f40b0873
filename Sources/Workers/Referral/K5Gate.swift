package import Rights

/// What may leave about a referred case (K5): before its client's decision the notice, the referral, its reminders and its
/// escalation, and nothing else; after it a word to the person only where the client has said that the vendor answers.
///
/// Asked three times: by the plan, of all that was planned, and of each effect right before its call.
package struct K5Gate: Sendable, Hashable {
    private let lane: Lane
    private let state: CaseState
    private let answerBy: Answerer?

    package init(lane: Lane, state: CaseState, answerBy: Answerer?) {
        self.lane = lane
        self.state = state
        self.answerBy = answerBy
    }

    package func lets(_ kind: EffectKind) -> Bool {
        guard lane == .referral, !kind.mayPrecedeDecision else { return true }
        guard let answerBy else {
            // Without a decision there are two last words, both to the client: that it kept silent for too long, and that
            // the person has taken the request back.
            switch kind {
            case .clientUndecided: return state == .handedOver
            case .clientAnswer: return state == .withdrawn
            default: return false
            }
        }
        switch kind {
        case .subjectReceipt, .clientUndecided: return false
        case .subjectIdentity, .subjectExtension, .subjectAnswer, .subjectRestrictionLifted: return answerBy == .vendor
        case .clientAnswer, .subjectNotice, .clientReferral, .clientReminder, .clientEscalation: return true
        // No request of a person is an authority's demand.
        case .clientDisclosure: return false
        // What another worker does.
        case .targetAct, .targetLook, .targetVerify, .exportBundle, .exportSweep, .exportHandOver, .breachNotice,
            .breachReminder, .announcement, .personalNotice:
            return false
        }
    }

    /// The steps without whatever may not leave.
    package func passed(_ steps: [ReferralStep]) -> [ReferralStep] {
        steps.filter { step in
            guard case .plan(let kind, _, _, _) = step else { return true }
            return lets(kind)
        }
    }
}
