package import Fleet
package import FoundationEssentials
import Ledger
package import Rights

/// One thing that follows from looking at a case.
package enum ReferralStep: Sendable, Hashable {
    case plan(EffectKind, target: String, EffectParameters, attempts: Int)
    case cancel(UUID, EffectKind, because: String)
    case apply(CaseEvent)
    /// What the clock was for is done.
    case stop(ClockRule.Clock)
    /// A person is called.
    case review(ReviewKind)
    /// Nobody has to look at it any more.
    case dismiss(ReviewKind)
    case record(RecordedFact)
    /// The client knows since then that an authority demands its data; its time to object begins.
    case clientTold(Date)

    /// A fact that moves the case nowhere and is written once.
    package enum RecordedFact: Sendable, Hashable {
        /// Nothing may be referred, for this reason of the registry's or of the case's.
        case prohibited(reason: String, ofCase: Bool)
        /// A withdrawal found these effects done or in a worker's hands: they came first.
        case cameFirst([ReferralFacts.Effect])
        /// The person knows that the restriction ends, or a person has said that nobody can be told: it may end now.
        case restrictionTold(byLetter: Bool)

        package var name: String {
            switch self {
            case .prohibited: "referral.prohibited"
            case .cameFirst: "withdrawal.came_after"
            case .restrictionTold: "restriction.told"
            }
        }

        package func write(to body: inout JSONWriter) {
            switch self {
            case .prohibited(let reason, let ofCase):
                body.member("of", ofCase ? "case" : "client")
                body.member("reason", reason)
            case .restrictionTold(let byLetter): body.member("by", byLetter ? "letter" : "person")
            case .cameFirst(let effects):
                body.key("effects")
                body.array(effects) { list, effect in
                    list.object { item in
                        item.member("effect", effect.id)
                        item.member("kind", effect.kind.rawValue)
                        item.member("state", effect.state.rawValue)
                    }
                }
            }
        }
    }
}
