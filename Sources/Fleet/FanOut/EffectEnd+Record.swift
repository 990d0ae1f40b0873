package import Ledger
package import Rights

extension FanOutTarget.EffectEnd {
    /// Nil for one that has not come to its end, or was taken back.
    package init?(_ effect: EffectRecord) {
        let findings = effect.findings.map { TargetFindings(reading: $0) } ?? TargetFindings()
        switch effect.state {
        case .done:
            switch effect.outcome {
            case AttemptVerdict.Outcome.alreadyAbsent.rawValue: self.init(.alreadyAbsent, findings: findings)
            case AttemptVerdict.Outcome.acceptedPending.rawValue: self.init(.acceptedPending, findings: findings)
            default: self.init(.done, findings: findings)
            }
        case .parked:
            let isRefusal = effect.outcome == AttemptVerdict.Outcome.refused.rawValue
            self.init(isRefusal ? .refused : .failed, cause: effect.cause, findings: findings)
        case .planned, .released, .leased, .retrying, .cancelled: return nil
        }
    }
}
