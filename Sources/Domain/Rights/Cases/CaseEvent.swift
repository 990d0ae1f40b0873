/// What can happen to an open case from outside, reduced to what the decision needs.
package enum CaseEvent: Hashable, Sendable {
    case withdrawn
    case clarified
    /// `resolved` says whether the words named a client we know.
    case clientNamed(resolved: Bool)
    case identityVerified
    case identityFailed
    case decidedProceed
    case decidedHandleItself
    case decidedRefuse
    case restrictionLifted
    case feePaid
    case holdPlaced
    case holdLifted
}
