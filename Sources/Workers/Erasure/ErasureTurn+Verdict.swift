import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What becomes of the case.
extension ErasureTurn {
    mutating func conclude(_ desk: inout CaseDesk) throws {
        let progress = FanOutProgress(targets, at: now)
        if progress.isTold { desk.changes.deadlines.stop(.fanOut, subject: id) }
        board.askAboutStuck(
            isAsked: facts.isOpen(.targetStuck),
            // Whoever has confirmed under a hold is not asked again: it goes on when the hold is lifted.
            isSettled: facts.isHeld && facts.lastWord(.targetStuck) == .confirmed,
            &desk
        )
        let next = targets.compactMap(\.looksAgainAt).filter { $0 > now }
        desk.changes.targets[id] = targets
        let answerBy = facts.respondDue.map { $0.addingTimeInterval(-86_400) }
        let suspended = suspend(&desk)
        switch progress.verdict(isHeld: facts.isHeld, suspended: suspended, answerBy: answerBy) {
        case .goesOn, .stuck: break
        case .over(let complete): try end(complete: complete, &desk)
        case .kept(let until):
            if facts.record.state == .inProgress {
                let reason = progress.kept.first?.reason.refusal
                try answer(complete: false, refusal: reason, &desk)
            }
            keep(until: until, progress, &desk)
        case .inGrace:
            if facts.record.state == .inProgress { try answer(complete: progress.isComplete, refusal: nil, &desk) }
        case .held:
            if facts.record.state == .inProgress { try answer(complete: false, refusal: .legalClaims, &desk) }
        }
        if let first = next.min() { desk.look(at: first, case: id) }
    }

    /// What waits on holds waits while there is one, and no longer, whichever came first: the effect or the hold. Answers the
    /// targets that wait for it.
    private func suspend(_ desk: inout CaseDesk) -> Set<UUID> {
        let waiting = desk.effects(of: id).filter { $0.waitsOnHold && !$0.state.isFinal }
        guard facts.isHeld else {
            if waiting.contains(where: \.isHeld) { desk.changes.effects.free(id) }
            return []
        }
        if waiting.contains(where: { !$0.isHeld }) { desk.changes.effects.hold(id, at: now) }
        let pending = Set(waiting.filter(\.state.isPending).map(\.id))
        return Set(targets.filter { $0.state == .acting && $0.effect.map(pending.contains) == true }.map(\.id))
    }

    /// Answered, with something left to come.
    private mutating func answer(complete: Bool, refusal: RefusalReason?, _ desk: inout CaseDesk) throws {
        desk.apply(.answered(complete: complete, openEnds: true), to: id) { record in
            if let refusal { record.refusal = refusal }
        }
        try certify(&desk)
    }

    private mutating func end(complete: Bool, _ desk: inout CaseDesk) throws {
        switch desk.records[id]?.state {
        case .inProgress: desk.apply(.answered(complete: complete, openEnds: false), to: id)
        case .onHold: desk.apply(.openEndsOver(complete: complete), to: id) { if complete { $0.refusal = nil } }
        case .fulfilled, .partlyFulfilled:
            // A restriction that was lifted after the end.
            guard
                board.changed.contains(where: { $0.part == .lift }) || board.made.contains(where: { $0.part == .lift })
            else {
                return
            }
            desk.record("restriction.ended", of: id) { $0.member("targets", targets.filter { $0.part == .lift }.count) }
        default: return
        }
        try certify(&desk)
    }

    /// The clock ends the exception that ends next.
    private func keep(until: Date, _ progress: FanOutProgress, _ desk: inout CaseDesk) {
        let citation = progress.kept.first { $0.until == until }?.citation ?? ""
        let deadline = Deadline.exceptionEnd(until, citation: citation, from: now)
        desk.changes.deadlines.start(deadline, case: id, clientID: facts.record.clientID)
    }
}
