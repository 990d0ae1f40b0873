import FoundationEssentials
import Ledger
import Rights

/// Why a case takes no decision of its client now, and what to do instead.
struct DecisionObstacle {
    let fault: String
    let remedy: String

    /// Nil where nothing stands in the way.
    init?(_ record: CaseFileRecord) {
        switch record.machine.verdict(on: .decidedProceed) {
        case .apply: return nil
        case .wait where record.state == .needsClient:
            fault = "has no client yet who could decide"
            remedy = "find out whom the person means, and publish request.client_named with the client's id"
        case .wait where record.referralProhibited != nil:
            fault = "may not be referred to its client (K4), so that it awaits no decision"
            remedy = "lift that with `habeas requests prohibit-referral --lift` first, and let it be referred"
        case .wait:
            fault = "has not been referred to its client yet (K4)"
            remedy =
                "see where the referral is with `habeas effects list --request \(record.id.text)`, and decide after it"
        case .refuse(.notReferred):
            fault = "awaits no client's decision: it is on the lane \(record.lane.rawValue)"
            remedy = "answer it with `habeas requests answer`, or see `habeas tasks list` for what it waits for"
        case .refuse(.alreadyDecided):
            fault = "was decided before"
            remedy =
                "see by whom with `habeas requests timeline`; what the client wants now is an instruction of its own"
        case .refuse(let refusal):
            fault = "is closed: \(record.state.rawValue)"
            remedy = refusal.remedy
        }
    }

    func failure(_ subject: String) -> Failure { Failure(subject, fault, remedy) }
}
