/// What can happen to a case, reduced to what the decision needs.
package enum CaseEvent: Hashable, Sendable {
    // From outside.
    case withdrawn
    case clarified
    /// `resolved` says whether the words named a client we know.
    case clientNamed(resolved: Bool)
    /// `sufficient` says whether the level reaches what the right asks for (Y6).
    case identityVerified(sufficient: Bool)
    /// `isFraud` says whether somebody seems to ask in another one's name (A5).
    case identityFailed(isFraud: Bool)
    case decidedProceed
    case decidedHandleItself
    case decidedRefuse
    case restrictionLifted
    case feePaid
    case holdPlaced
    case holdLifted
    // From the workers and the people who run them.
    case referralSent
    case identityAsked
    case clarificationAsked
    case feeAsked
    case instructionConfirmed
    case instructionDenied
    case refusedByPerson
    /// `complete` says whether all that was asked is done; `openEnds` whether a hold, an exception or a grace period is left.
    case answered(complete: Bool, openEnds: Bool)
    case openEndsOver(complete: Bool)
    /// Something forbids that the client is told before an authority gets its data (K23).
    case tellingProhibited
    case handedToAuthority
    // From the clock.
    /// The time in which a client can object to a disclosure, or nobody can be told of it.
    case clientTermOver
    case lapsed
    case clientDatePassed
    /// The equal case that this one is linked to has ended with an answer that is this one's, too.
    case equalEnded(CaseState)
    /// It has ended without one: this case goes on by itself.
    case equalLeft
}

extension CaseEvent {
    /// Every event with every meaning it can have, in the order in which the table is written.
    package static let all: [CaseEvent] = [
        .withdrawn, .clarified, .clientNamed(resolved: true), .clientNamed(resolved: false),
        .identityVerified(sufficient: true), .identityVerified(sufficient: false),
        .identityFailed(isFraud: false), .identityFailed(isFraud: true), .decidedProceed, .decidedHandleItself,
        .decidedRefuse, .restrictionLifted, .feePaid, .holdPlaced, .holdLifted, .referralSent,
        .identityAsked, .clarificationAsked, .feeAsked, .instructionConfirmed, .instructionDenied, .refusedByPerson,
        .answered(complete: true, openEnds: false), .answered(complete: false, openEnds: false),
        .answered(complete: true, openEnds: true), .answered(complete: false, openEnds: true),
        .openEndsOver(complete: true), .openEndsOver(complete: false), .lapsed, .clientDatePassed,
        .equalEnded(.fulfilled), .equalLeft, .tellingProhibited, .clientTermOver, .handedToAuthority,
    ]

    /// As the table names it.
    package var name: String {
        switch self {
        case .withdrawn: "withdrawn"
        case .clarified: "clarified"
        case .clientNamed(let resolved): resolved ? "client named" : "client named, unresolved"
        case .identityVerified(let sufficient): sufficient ? "identity verified" : "identity verified, too low"
        case .identityFailed(let isFraud): isFraud ? "identity failed, suspected fraud" : "identity failed"
        case .decidedProceed: "decided: proceed"
        case .decidedHandleItself: "decided: handle itself"
        case .decidedRefuse: "decided: refuse"
        case .restrictionLifted: "restriction lifted"
        case .feePaid: "fee paid"
        case .holdPlaced: "hold placed"
        case .holdLifted: "hold lifted"
        case .referralSent: "referral sent"
        case .identityAsked: "identity asked"
        case .clarificationAsked: "clarification asked"
        case .feeAsked: "fee asked"
        case .instructionConfirmed: "instruction confirmed"
        case .instructionDenied: "instruction denied"
        case .refusedByPerson: "refused by a person"
        case .answered(let complete, let openEnds):
            "answered " + (complete ? "in full" : "in part") + (openEnds ? ", with open ends" : "")
        case .openEndsOver(let complete): "open ends over, " + (complete ? "in full" : "in part")
        case .tellingProhibited: "telling the client prohibited"
        case .clientTermOver: "client's time to object over"
        case .handedToAuthority: "handed to the authority"
        case .lapsed: "lapse clock"
        case .clientDatePassed: "client's date passed"
        case .equalEnded(let state): "equal case ended: \(state.rawValue)"
        case .equalLeft: "equal case left without an answer"
        }
    }
}
