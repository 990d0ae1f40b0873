/// Whether a fee may be asked, and what asking does to the clock: the rule table (Y3).
package struct FeeRule: Sendable, Hashable {
    /// What the fee is asked for.
    package enum Ground: String, ClosedList {
        case firstAnswer = "first_answer"
        /// A further copy of what was handed out before.
        case furtherCopy = "further_copy"
        case manifestlyUnfounded = "manifestly_unfounded"
        case manifestlyExcessive = "manifestly_excessive"
    }

    /// Stable; quotes and refusals cite it.
    package let id: String
    package let isAllowed: Bool
    package let source: String
    package let sentence: String
    package let isUnverified: Bool
    /// What waiting for the fee does to the clock of the answer.
    package let pause: PauseRule

    /// The rule for a fee on `ground`.
    package init(_ ground: Ground, for right: Right, under regulation: Regulation) {
        let isCopy = ground == .furtherCopy && right == .access
        let isAbusive = ground == .manifestlyUnfounded || ground == .manifestlyExcessive
        switch regulation {
        case .gdpr, .ukGDPR:
            let law = regulation == .gdpr ? "GDPR" : "UK GDPR"
            if isCopy {
                (id, isAllowed, source) = ("\(regulation.rawValue).fee_copy", true, "\(law) Art. 15(3)")
                sentence = "A reasonable fee, based on administrative costs, may be asked for further copies."
            } else if isAbusive {
                (id, isAllowed, source) = ("\(regulation.rawValue).fee_abuse", true, "\(law) Art. 12(5)(a)")
                sentence = "A reasonable fee may be asked for manifestly unfounded or excessive requests."
            } else {
                (id, isAllowed, source) = ("\(regulation.rawValue).free", false, "\(law) Art. 12(5)")
                sentence = "The answer is free of charge."
            }
            isUnverified = false
        case .ccpa:
            isAllowed = isAbusive
            id = isAbusive ? "ccpa.fee_abuse" : "ccpa.free"
            source = "Cal. Civ. Code 1798.145(h)(3)"
            sentence =
                isAbusive
                ? "A reasonable fee may be asked for manifestly unfounded or excessive requests."
                : "The answer is free of charge."
            isUnverified = true
        case .hipaa:
            isAllowed = right == .access && !isAbusive
            id = isAllowed ? "hipaa.fee_copy" : "hipaa.free"
            source = "45 CFR 164.524(c)(4)"
            sentence =
                isAllowed ? "A reasonable, cost-based fee may be asked for a copy." : "No fee may be asked for this."
            isUnverified = true
        case .fadp, .lgpd, .other:
            isAllowed = false
            id = "\(regulation.rawValue).free"
            source = "no rule of this version allows a fee"
            sentence = "The answer is free of charge."
            isUnverified = true
        }
        pause = .rule(.fee, under: regulation, right: right)
    }

    /// How the case waits once the fee was asked; nil where it may not be asked. Unpaid it lapses, withdrawn it ends.
    package var event: CaseEvent? { isAllowed ? .feeAsked : nil }
}
