import Rights

extension BundleGap {
    /// Nil for a system whose data are in the bundle.
    init?(_ target: FanOutTarget, _ system: DataSystem) {
        let reason: String
        let sentence: String
        switch (target.way, target.state) {
        case (.client, _):
            reason = "clients_own"
            sentence = "An application of the company you are a customer of, which answers for it itself."
        case (.time, _): return nil
        case (.connector, .verified) where target.findings.reason != FanOutTarget.byPerson: return nil
        case (.person, .verified) where target.outcome == .alreadyAbsent || target.isCopied: return nil
        case (.person, .verified), (.connector, .verified):
            reason = "handed_over_separately"
            sentence = "A person has looked there; what was found is handed over separately."
        default:
            switch target.outcome {
            case _ where target.findings.reason?.hasPrefix("results_") == true:
                reason = target.findings.reason ?? ""
                sentence = "The system has found something about you, and it could not be taken over."
            case .refused:
                reason = "refused"
                sentence = "The system has refused to hand over what it holds."
            case .failed:
                reason = "failed"
                sentence = "The system could not be asked."
            default:
                reason = "left"
                sentence = "The system has not handed over what it holds."
            }
        }
        self.init(system: system.id, title: system.title, reason: reason, sentence: sentence)
    }

    /// Whether something is missing that was to be there.
    var isMissing: Bool { reason != "clients_own" && reason != "handed_over_separately" }
}
