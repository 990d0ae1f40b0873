/// Why a request is refused, in whole or for a part: the closed list, each with where it is written (Y2).
package enum RefusalReason: String, ClosedList {
    case clientRefused = "client_refused"
    case instructionDenied = "instruction_denied"
    case identityNotShown = "identity_not_shown"
    case suspectedFraud = "suspected_fraud"
    case manifestlyUnfounded = "manifestly_unfounded"
    case excessive
    case legalObligation = "legal_obligation"
    case legalClaims = "legal_claims"
    case freedomOfExpression = "freedom_of_expression"
    case rightsOfOthers = "rights_of_others"
    case neededForService = "needed_for_service"
    case compellingGrounds = "compelling_grounds"
    case serviceProvider = "service_provider"

    package var source: String { row.source }

    /// The row of the obligations.
    package var obligation: String { row.obligation }

    /// What the person is told, in one plain sentence.
    package var sentence: String { row.sentence }

    private var row: (source: String, obligation: String, sentence: String) {
        switch self {
        case .clientRefused:
            (
                "GDPR Art. 28(3)(a), 12(4)", "K6",
                "The company that is responsible for the data has decided not to do this."
            )
        case .instructionDenied:
            ("GDPR Art. 28(3)(a)", "K7", "The company in whose name this was asked has not confirmed it.")
        case .identityNotShown:
            (
                "GDPR Art. 11(2), 12(2), 12(6)", "Y6",
                "It could not be shown that the data are those of the person who asked."
            )
        case .suspectedFraud:
            ("GDPR Art. 12(6), 32", "A5", "A person has found that this was not asked by whom it concerns.")
        case .manifestlyUnfounded:
            ("GDPR Art. 12(5)(b)", "Y3", "The request is manifestly unfounded.")
        case .excessive:
            ("GDPR Art. 12(5)(b)", "Y3", "The request is excessive, in particular because it repeats earlier ones.")
        case .legalObligation:
            ("GDPR Art. 17(3)(b)", "K11", "A law demands that these data are kept for a time.")
        case .legalClaims:
            ("GDPR Art. 17(3)(e)", "K11", "These data are needed to establish, exercise or defend legal claims.")
        case .freedomOfExpression:
            ("GDPR Art. 17(3)(a)", "C5", "Freedom of expression and information stands against the removal.")
        case .rightsOfOthers:
            ("GDPR Art. 15(4)", "Y2", "A copy would harm the rights and freedoms of others.")
        case .neededForService:
            ("GDPR Art. 17(1)(a)", "Y4", "These data are still needed to provide the service that was asked for.")
        case .compellingGrounds:
            ("GDPR Art. 21(1)", "Y5", "Compelling legitimate grounds override the objection.")
        case .serviceProvider:
            (
                "11 CCR 7050", "K17",
                "We hold these data as a service provider and cannot act without the business's instruction."
            )
        }
    }
}
