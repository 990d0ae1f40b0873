import Ledger
import Rights

/// Why a person's answer does not end a case now, in clearer words than the machine's.
struct AnswerObstacle {
    let fault: String
    let remedy: String

    /// - Parameter unfinished: systems at which it has not come to its end, or where something stays for a time.
    init?(_ record: CaseFileRecord, isHeld: Bool, unfinished: Int, _ outcome: RequestsAnswer.Outcome) {
        switch record.state {
        case let state where state.isFinal:
            fault = "is closed: \(state.rawValue)"
            remedy = "nothing more is owed; the person may ask anew"
        case .received where record.lane == .referral, .needsClient, .referred:
            fault = "is its client's to decide (K5)"
            remedy = "take the client's decision down with `habeas decide`, then answer"
        case .received where record.lane == .fulfilment && outcome == .refused:
            fault = "waits until the client confirms or denies its instruction (K7)"
            remedy = "take its word down with `habeas tasks complete`"
        case .received where record.right != nil && outcome != .refused:
            fault = "waits for a person's verdict before it may begin"
            remedy = "give it with `habeas tasks complete`, see `habeas tasks list`"
        case .needsIdentity where outcome != .refused:
            fault = "waits until its person is identified (Y6)"
            remedy = "publish identity.verified, or refuse it as identity_not_shown"
        case .needsFee where outcome != .refused:
            fault = "waits for a fee (Y3)"
            remedy = "publish fee.paid, then answer"
        case .onHold where outcome != .refused && isHeld:
            fault = "was answered, and a legal hold keeps it open (K18)"
            remedy = "lift the hold with `habeas holds lift`, then answer once more"
        case .inProgress where outcome != .refused && unfinished > 0,
            .onHold where outcome != .refused && unfinished > 0:
            fault =
                "is being carried out, and \(unfinished) of its systems are not through, or keep something for a time"
            remedy =
                "see them with `habeas requests show`; what waits for a person is settled with `habeas tasks complete`"
        default: return nil
        }
    }

    func failure(_ subject: String) -> Failure { Failure(subject, fault, remedy) }
}
