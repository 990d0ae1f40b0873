import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What goes on, and what comes after the end.
extension ErasureTurn {
    /// A restriction is lifted where it was set (GDPR Art. 18(3)).
    mutating func lift(_ desk: inout CaseDesk) {
        guard let time = facts.liftAt, !targets.contains(where: { $0.part == .lift }) else { return }
        // The person was told a day, and it ends no sooner.
        guard time <= now else { return desk.look(at: time, case: id) }
        for target in targets where target.part == .whole && target.state == .verified {
            guard let system = desk.registry.system(target.system), target.way == .connector || target.way == .person
            else { continue }
            board.targets.append(later(.lift, .unrestrict, than: target, version: system.version))
        }
    }

    /// A further part at a system where one has ended: a copy of that one, with a key of its own.
    private func later(
        _ part: FanOutTarget.Part,
        _ operation: TargetOperation,
        than first: FanOutTarget,
        version: Int
    ) -> FanOutTarget {
        var target = FanOutTarget(
            id: UUID.version7(at: now),
            caseID: id,
            clientID: facts.record.clientID,
            system: first.system,
            systemVersion: version,
            part: part,
            operation: operation,
            way: first.way,
            isMandatory: first.isMandatory,
            level: first.level,
            ordinal: targets.count,
            key: UUID()
        )
        target.owner = first.owner
        // Who is told the least there is is told no more later (K16).
        target.note = first.note.flatMap { $0 == FanOutPlan.Line.Note.leastIdentifier.rawValue ? $0 : nil }
        return target
    }

    /// What an exception had kept goes when it is over (K11).
    mutating func finishKept(_ desk: inout CaseDesk) {
        for (target, ends) in FanOutProgress(targets, at: now).due {
            let system = desk.registry.system(target.system)
            let version = system?.version ?? target.systemVersion
            var rest = later(.rest, target.operation, than: target, version: version)
            rest.kept = target.kept.filter { $0.until > now }
            rest.ends = ends
            rest.backupsUntil = system?.backups.map { $0.end(after: now) }
            board.targets.append(rest)
        }
    }
}
