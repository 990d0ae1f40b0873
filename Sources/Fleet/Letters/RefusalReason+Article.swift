import Rights

extension RefusalReason {
    /// Where the reason is written in the law of the case; nil where no article is known that says it. A wrong one is worse
    /// than none: the reason itself is always told.
    func article(under regulation: Regulation) -> String? {
        switch regulation {
        case .gdpr: self == .serviceProvider ? "GDPR Art. 28(3)(a)" : source
        case .ukGDPR: "UK " + (self == .serviceProvider ? "GDPR Art. 28(3)(a)" : source)
        case .ccpa:
            switch self {
            case .clientRefused, .instructionDenied, .serviceProvider: "11 CCR 7050"
            case .identityNotShown, .suspectedFraud: "11 CCR 7060"
            case .manifestlyUnfounded, .excessive: "Cal. Civ. Code 1798.145(h)(3)"
            case .legalObligation: "Cal. Civ. Code 1798.105(d)(8)"
            case .legalClaims: "Cal. Civ. Code 1798.145(a)"
            case .freedomOfExpression: "Cal. Civ. Code 1798.105(d)(4)"
            case .rightsOfOthers: "Cal. Civ. Code 1798.145(k)"
            case .neededForService: "Cal. Civ. Code 1798.105(d)(1)"
            case .compellingGrounds: nil
            }
        case .fadp:
            switch self {
            case .manifestlyUnfounded, .excessive: "FADP Art. 26(1)(c)"
            case .rightsOfOthers: "FADP Art. 26(1)(b)"
            default: nil
            }
        case .hipaa: self == .identityNotShown ? "45 CFR 164.514(h)" : nil
        case .lgpd, .other: nil
        }
    }
}
