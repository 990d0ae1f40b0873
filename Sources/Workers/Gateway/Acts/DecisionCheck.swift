import Ledger
import Rights

/// Whether a client can decide on a case now; why not, and what to do instead.
enum DecisionCheck {
    /// - Parameter record: the case that answers.
    static func problem(_ record: CaseFileRecord) -> Problem? {
        switch record.machine.verdict(on: .decidedProceed) {
        case .apply: nil
        case .wait:
            Problem(
                .notPossible,
                "path",
                "was not referred yet",
                "decide when it is referred",
                reason: "not_referred_yet"
            )
        case .refuse(.alreadyDecided):
            Problem(
                .notPossible,
                "path",
                "was decided before",
                "read it to see how; what you want now is an instruction of its own",
                reason: CaseMachine.Refusal.alreadyDecided.rawValue
            )
        case .refuse(.notReferred):
            Problem(
                .notPossible,
                "path",
                "awaits no decision: it is carried out as instructed",
                "withdraw the instruction where it was given",
                reason: CaseMachine.Refusal.notReferred.rawValue
            )
        case .refuse(let refusal):
            Problem(
                .notPossible,
                "path",
                "takes no decision any more: it is \(record.state.rawValue)",
                "ask the processor for what is still needed",
                reason: refusal.rawValue
            )
        }
    }

    /// - Parameter roles: those in which people of this client may decide; none named: anybody.
    static func problem(role: String, among roles: [String]) -> Problem? {
        guard !roles.isEmpty, !roles.contains(where: { $0.lowercased() == role.lowercased() }) else { return nil }
        return Problem(
            .invalidField,
            "decided_by.role",
            "may not decide for this client",
            "let somebody decide in one of the roles that you have registered with the processor",
            reason: "role"
        )
    }
}
