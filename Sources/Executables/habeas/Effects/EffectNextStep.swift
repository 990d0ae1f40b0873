import FoundationEssentials
import Ledger

/// What happens to an effect next, by itself or by somebody, in one sentence.
struct EffectNextStep {
    let words: String

    /// - Parameter now: machine time.
    init(_ effect: EffectRow, at target: TargetRow?, now: Date) {
        words =
            switch EffectState(rawValue: effect.state) {
            case .planned, .retrying: Self.waiting(effect, at: target, now: now)
            case .released:
                "a worker takes it from its queue; if none has by \(effect.when.short), it is let go again"
            case .leased:
                "a worker has it in hand; if nothing is heard of it by \(effect.when.short), it goes again under the same key"
            case .parked:
                "nothing by itself: mend the cause, then `habeas effects retry \(effect.id.text) --reason …`"
            case .done: "nothing: it is done"
            case .cancelled: "nothing: it was not wanted any more before it began"
            case nil: "run a newer version of this program"
            }
    }

    private static func waiting(_ effect: EffectRow, at target: TargetRow?, now: Date) -> String {
        if effect.isHeld { return "it waits until the legal hold is lifted; see `habeas holds list`" }
        guard let target else { return "its target is not registered: apply its client again" }
        if target.disabledAt != nil {
            return
                "the target wants nothing more; `habeas resume \(target.id) --enable --reason …` if it does after all"
        }
        if target.pausedAt != nil { return "it waits for `habeas resume \(target.id) --reason …`" }
        let times = [effect.nextAttemptAt, target.quietUntil, target.circuit == "closed" ? nil : target.circuitUntil]
        if let next = times.compactMap({ $0 }).filter({ $0 > now }).max() {
            let why = target.circuit == "closed" ? "" : "; the target fails, one call at a time tries it"
            return "it is tried at \(next.short)\(why)"
        }
        return "it goes as soon as the target has room"
    }
}
