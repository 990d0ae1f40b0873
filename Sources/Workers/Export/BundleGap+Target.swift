import Rights

extension BundleGap {
    /// Nil for a system whose data are in the bundle.
    init?(_ target: FanOutTarget, _ system: DataSystem, in words: PageWords) {
        let reason: String
        let sentence: String
        switch (target.way, target.state) {
        case (.client, _):
            reason = "clients_own"
            sentence = words.gapOfClient
        case (.time, _): return nil
        case (.connector, .verified) where target.findings.reason != FanOutTarget.byPerson: return nil
        case (.person, .verified) where target.outcome == .alreadyAbsent || target.isCopied: return nil
        case (.person, .verified), (.connector, .verified):
            reason = "handed_over_separately"
            sentence = words.gapByHand
        default:
            switch target.outcome {
            case _ where target.findings.reason?.hasPrefix("results_") == true:
                reason = target.findings.reason ?? ""
                sentence = words.gapNotTaken
            case .refused:
                reason = "refused"
                sentence = words.gapRefused
            case .failed:
                reason = "failed"
                sentence = words.gapFailed
            default:
                reason = "left"
                sentence = words.gapLeft
            }
        }
        self.init(system: system.id, title: system.title, reason: reason, sentence: sentence)
    }

    /// Whether something is missing that was to be there.
    var isMissing: Bool { reason != "clients_own" && reason != "handed_over_separately" }
}
