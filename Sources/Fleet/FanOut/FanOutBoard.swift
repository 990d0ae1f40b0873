package import FoundationEssentials
package import Ledger
package import Rights

/// The parts of one case at its systems while the case is looked at under its lock: what has happened to them, and what each of
/// them needs next.
package struct FanOutBoard: Sendable {
    /// Attempts at a target: about three days.
    package static let attempts = 80

    package let record: CaseFileRecord
    package let now: Date
    package var targets: [FanOutTarget]
    package let before: [UUID: FanOutTarget]
    /// Answers to tasks that have been taken in.
    package private(set) var taken: [UUID] = []

    package init(_ record: CaseFileRecord, _ targets: [FanOutTarget], at now: Date) {
        self.record = record
        self.now = now
        self.targets = targets
        before = Dictionary(targets.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Rows to be made, and rows that differ from what was read.
    package var made: [FanOutTarget] { targets.filter { before[$0.id] == nil } }
    package var changed: [FanOutTarget] {
        targets.filter { target in before[target.id].map { $0 != target } ?? false }
    }

    // MARK: The plan

    package mutating func add(_ plan: FanOutPlan, _ desk: inout CaseDesk) {
        for (ordinal, line) in plan.lines.enumerated() { add(line, ordinal: ordinal) }
        desk.record("plan.made", of: record.id) { body in
            body.key("targets")
            body.array(plan.lines) { list, line in list.object { line.write(to: &$0) } }
        }
    }

    private mutating func add(_ line: FanOutPlan.Line, ordinal: Int) {
        var target = FanOutTarget(
            id: UUID.version7(at: now),
            caseID: record.id,
            clientID: record.clientID,
            system: line.system.id,
            systemVersion: line.system.version,
            operation: line.operation,
            way: line.way,
            isMandatory: line.isMandatory,
            level: line.level,
            after: line.after,
            ordinal: ordinal,
            key: UUID()
        )
        target.note = line.note?.rawValue
        target.kept = line.kept.map(FanOutTarget.Kept.init)
        target.only = line.only
        target.backupsUntil = line.backupsUntil
        target.goneBy = line.goneBy
        if case .email(let person) = line.system.connector { target.owner = person.owner }
        if case .manual(let person) = line.system.connector { target.owner = person.owner }
        targets.append(target)
    }

    /// No plan can be made as the data map is: a person is asked, once.
    ///
    /// - Parameter isAsked: whether one is asked already.
    package func askAboutPlan(_ fault: RetentionException.Fault, isAsked: Bool, _ desk: inout CaseDesk) {
        guard !isAsked else { return }
        desk.record("plan.refused", of: record.id) { body in
            body.member("field", fault.field)
            body.member("fault", fault.fault)
            body.member("remedy", fault.remedy)
        }
        desk.edit(record.id) { record, changes in changes.review(.planRefused, of: record) }
    }

    // MARK: What has happened

    /// - Parameters:
    ///   - answers: to tasks, in the order in which they came.
    ///   - word: what a person said last of what is stuck.
    ///   - isHeld: whether a legal hold suspends what takes data away (K18).
    package mutating func takeIn(
        _ answers: [(id: UUID, target: UUID, answer: TaskAnswer)],
        word: ReviewKind.Verdict?,
        isHeld: Bool,
        _ desk: inout CaseDesk
    ) {
        let effects = Dictionary(
            desk.effects(of: record.id).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for index in targets.indices {
            guard let effect = targets[index].effect.flatMap({ effects[$0] }), let kind = effect.kind else { continue }
            guard let end = FanOutTarget.EffectEnd(effect) else { continue }
            targets[index].effect = nil
            take(.ended(kind, end), at: index, &desk)
        }
        for (answerID, target, answer) in answers {
            guard let index = targets.firstIndex(where: { $0.id == target }) else { continue }
            taken.append(answerID)
            take(.answered(answer), at: index, &desk)
        }
        for index in targets.indices where targets[index].looksAgainAt != nil { take(.graceOver, at: index, &desk) }
        guard let word else { return }
        // What got stuck in this very transaction nobody has looked at.
        for index in targets.indices where targets[index].state == .stuck && before[targets[index].id]?.state == .stuck
        {
            // What a hold suspends nobody begins anew; whoever lifts it wakes the case (K18).
            if word == .confirmed, isHeld, targets[index].operation.destroys { continue }
            take(word == .confirmed ? .again(UUID()) : .left(cause: "left_by_person"), at: index, &desk)
        }
    }

    /// The case goes on without those that are stuck and of which `isLeft` says so.
    package mutating func leave(because cause: String, _ desk: inout CaseDesk, where isLeft: (FanOutTarget) -> Bool) {
        for index in targets.indices where targets[index].state == .stuck && isLeft(targets[index]) {
            take(.left(cause: cause), at: index, &desk)
        }
    }

    private mutating func take(_ signal: FanOutTarget.Signal, at index: Int, _ desk: inout CaseDesk) {
        let next = targets[index].take(signal, abilities(of: targets[index], desk), at: now)
        if let next { plan(next, at: index, &desk) }
    }

    /// Of a case that has ended meanwhile, by a withdrawal for instance: what had not been begun is not begun any more.
    package mutating func cancel(_ desk: inout CaseDesk) {
        for index in targets.indices where !targets[index].state.isFinal {
            let effect = targets[index].effect.flatMap { id in desk.effects(of: record.id).first { $0.id == id } }
            // One that a worker has in hand may finish, and is recorded.
            guard effect?.state != .leased else { continue }
            if let end = effect.flatMap(FanOutTarget.EffectEnd.init), let kind = effect?.kind {
                _ = targets[index].take(.ended(kind, end), abilities(of: targets[index], desk), at: now)
            }
            if !targets[index].state.isFinal { _ = targets[index].take(.cancelled, .init(), at: now) }
            targets[index].effect = nil
        }
    }

    // MARK: What is next

    package mutating func start(isHeld: Bool, _ desk: inout CaseDesk) {
        for index in targets.indices where targets[index].state == .waiting {
            if targets[index].operation.destroys, isHeld { continue }
            guard targets[index].isFree(among: targets) else { continue }
            let system = desk.registry.system(targets[index].system)
            let next = targets[index].begin(abilities(of: targets[index], desk))
            if let system { setDue(at: index, system, desk) }
            if let next { plan(next, at: index, &desk) }
        }
    }

    /// Until when a person, or an app, has to have done it.
    private mutating func setDue(at index: Int, _ system: DataSystem, _ desk: CaseDesk) {
        let period: Period
        switch (targets[index].way, system.connector) {
        case (.person, _): period = system.dueWithin
        case (.connector, .amqp(let app)): period = app.answersWithin
        default: return
        }
        let rule = ClockRule("system.due_within", .review, period, source: "data map", "")
        targets[index].dueAt =
            Deadline(rule, from: now, at: desk.changes.place(of: record), atlas: desk.registry.atlas).due
    }

    private func abilities(of target: FanOutTarget, _ desk: CaseDesk) -> FanOutTarget.Abilities {
        guard let system = desk.registry.system(target.system) else { return FanOutTarget.Abilities() }
        return FanOutTarget.Abilities(of: system, for: target.operation)
    }

    private mutating func plan(_ kind: EffectKind, at index: Int, _ desk: inout CaseDesk) {
        let target = targets[index]
        let effect = PlannedEffect(
            kind,
            of: desk.queue,
            to: DataSystem.target(of: target.system),
            case: record.id,
            clientID: record.clientID,
            parameters: TargetParameters(target: target.id).text,
            waitsOnHold: kind == .targetAct && target.operation.destroys,
            attemptsAllowed: Self.attempts,
            at: now
        )
        targets[index].effect = effect.id
        desk.plan(effect)
    }

    // MARK: Who is told

    /// A fact for each target that has come to somewhere.
    package func say(_ desk: inout CaseDesk) {
        for target in targets {
            let old = before[target.id]?.state ?? .waiting
            guard target.state != old || before[target.id]?.key != target.key && before[target.id] != nil else {
                continue
            }
            switch target.state {
            case .waiting, .acting: continue
            case .pending, .grace, .verifying, .verified, .listed, .stuck, .left, .cancelled: break
            }
            desk.record("target.\(target.state.rawValue)", of: record.id) { body in
                body.member("target", target.id)
                body.member("system", target.system)
                body.member("part", target.part == .whole ? nil : target.part.rawValue)
                body.member("operation", target.operation)
                body.member("outcome", target.outcome)
                body.member("cause", target.cause)
                body.member("key", target.key)
                body.member("verify_at", target.state == .grace ? target.verifyAt : nil)
                body.member("verified_by", target.verifiedBy)
                body.member("wanted", target.level)
                // Where work goes on is nobody's proof, and may hold sealed what evidence must not outlive.
                var findings = target.findings
                findings.checkpoint = nil
                findings.pieces = []
                body.key("findings")
                body.object { findings.write(to: &$0) }
            }
        }
    }

    /// A person is asked what becomes of what is stuck, and not any more where nothing is.
    ///
    /// - Parameters:
    ///   - isAsked: whether one is asked already.
    ///   - isSettled: whether who was asked has said what becomes of it, and it waits for something else.
    package func askAboutStuck(isAsked: Bool, isSettled: Bool, _ desk: inout CaseDesk) {
        let isStuck = targets.contains { $0.state == .stuck }
        let isNew = targets.contains { $0.state == .stuck && before[$0.id]?.state != .stuck }
        if isStuck, isNew || !isSettled, !isAsked {
            desk.edit(record.id) { record, changes in changes.review(.targetStuck, of: record) }
        } else if !isStuck, isAsked {
            desk.edit(record.id) { record, changes in
                changes.reviews.dismiss(.targetStuck, case: record.id, at: changes.now)
            }
        }
    }
}

extension FanOutPlan.Line {
    fileprivate func write(to item: inout JSONWriter) {
        item.member("system", system.id)
        item.member("version", system.version)
        item.member("operation", operation)
        item.member("way", way)
        item.member("note", note)
        item.member("mandatory", isMandatory)
        item.member("level", level)
        item.member("after", after)
        item.member("flags", flags)
        item.member("kept", kept.map(\.category))
        if let only { item.member("only", only.sorted()) }
    }
}
