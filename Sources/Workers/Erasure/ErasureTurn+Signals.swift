import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What has happened at targets, and what was said of them.
extension ErasureTurn {
    mutating func takeIn(_ desk: inout CaseDesk) throws {
        let effects = Dictionary(
            desk.effects(of: id).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for index in targets.indices {
            guard let effect = targets[index].effect.flatMap({ effects[$0] }), let kind = effect.kind else { continue }
            guard let end = FanOutTarget.EffectEnd(effect) else { continue }
            targets[index].effect = nil
            take(.ended(kind, end), at: index, &desk)
        }
        for (answerID, target, answer) in read.answers[id] ?? [] {
            guard let index = targets.firstIndex(where: { $0.id == target }) else { continue }
            taken.append(answerID)
            take(.answered(answer), at: index, &desk)
        }
        for index in targets.indices where targets[index].looksAgainAt != nil { take(.graceOver, at: index, &desk) }
        guard let word = facts.lastWord(.targetStuck) else { return }
        // What got stuck in this very transaction nobody has looked at.
        for index in targets.indices where targets[index].state == .stuck && before[targets[index].id]?.state == .stuck
        {
            // What a hold suspends nobody begins anew; whoever lifts it wakes the case (K18).
            if word == .confirmed, facts.isHeld, targets[index].operation.destroys { continue }
            take(word == .confirmed ? .again(UUID()) : .left(cause: "left_by_person"), at: index, &desk)
        }
    }

    private mutating func take(_ signal: FanOutTarget.Signal, at index: Int, _ desk: inout CaseDesk) {
        let next = targets[index].take(signal, abilities(of: targets[index], desk), at: now)
        if let next { plan(next, at: index, &desk) }
    }

    func abilities(of target: FanOutTarget, _ desk: CaseDesk) -> FanOutTarget.Abilities {
        guard let system = desk.registry.system(target.system) else { return FanOutTarget.Abilities() }
        return FanOutTarget.Abilities(of: system, for: target.operation)
    }

    mutating func plan(_ kind: EffectKind, at index: Int, _ desk: inout CaseDesk) {
        let target = targets[index]
        let effect = PlannedEffect(
            kind,
            of: desk.queue,
            to: DataSystem.target(of: target.system),
            case: id,
            clientID: facts.record.clientID,
            parameters: TargetParameters(target: target.id).text,
            waitsOnHold: kind == .targetAct && target.operation.destroys,
            attemptsAllowed: ErasurePlanner.attempts,
            at: now
        )
        targets[index].effect = effect.id
        desk.plan(effect)
    }
}
