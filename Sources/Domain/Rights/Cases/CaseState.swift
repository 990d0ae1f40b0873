/// Where a case stands. The raw value is what is stored and printed.
package enum CaseState: String, CaseIterable, Hashable, Sendable {
    case received
    case needsClient = "needs_client"
    case needsIdentity = "needs_identity"
    case needsFee = "needs_fee"
    case referred
    case inProgress = "in_progress"
    case onHold = "on_hold"
    case fulfilled
    case partlyFulfilled = "partly_fulfilled"
    case refused
    case handedOver = "handed_over"
    case withdrawn
    case lapsed

    /// Nothing more is owed; retention has begun.
    package var isFinal: Bool {
        switch self {
        case .fulfilled, .partlyFulfilled, .refused, .handedOver, .withdrawn, .lapsed: true
        case .received, .needsClient, .needsIdentity, .needsFee, .referred, .inProgress, .onHold: false
        }
    }

    /// Whether a case in this state can answer an equal request that comes now: the answer is still owed.
    package var isUnanswered: Bool { !isFinal && self != .onHold }

    /// Whether a case in this state answers an equal one that would begin in `opening`, too. One that waits for somebody does
    /// not hold up one that need not wait: its person is known, its instruction needs no confirmation.
    package func answers(another opening: CaseState) -> Bool {
        switch self {
        case .received, .needsClient, .needsIdentity, .needsFee: opening != .inProgress
        case .referred, .inProgress: true
        case .onHold, .fulfilled, .partlyFulfilled, .refused, .handedOver, .withdrawn, .lapsed: false
        }
    }
}
