import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// One look at one case under its lock.
struct ErasureTurn {
    private let facts: ErasureFacts
    private let read: ErasureReading
    private let ring: KeyRing
    private let digest: KeyedDigest
    private let now: Date
    private var targets: [FanOutTarget]
    private let before: [UUID: FanOutTarget]
    private var madeIDs: Set<UUID> = []
    private(set) var taken: [UUID] = []
    private(set) var writes: [SQL] = []

    init(_ facts: ErasureFacts, _ read: ErasureReading, ring: KeyRing, digest: KeyedDigest) {
        self.facts = facts
        self.read = read
        self.ring = ring
        self.digest = digest
        now = facts.now
        targets = read.targets[facts.record.id] ?? []
        before = Dictionary(targets.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Rows to be made, and rows that differ from what was read.
    var made: [FanOutTarget] { targets.filter { madeIDs.contains($0.id) } }
    var changed: [FanOutTarget] {
        targets.filter { target in before[target.id].map { $0 != target } ?? false }
    }

    private var id: UUID { facts.record.id }

    mutating func run(_ desk: inout CaseDesk) throws {
        guard facts.isOurs, let operation = facts.operation else { return cancelIfEnded(&desk) }
        // Without a data map a person does it, and says so.
        guard !desk.registry.systems.isEmpty || !targets.isEmpty else { return }
        if targets.isEmpty, try !begin(operation, &desk) { return }
        try takeIn(&desk)
        lift(&desk)
        finishKept(&desk)
        start(&desk)
        say(&desk)
        forget(desk)
        try conclude(&desk)
    }

    /// Of a case that has ended meanwhile, by a withdrawal for instance: what had not been begun is not begun any more.
    private mutating func cancelIfEnded(_ desk: inout CaseDesk) {
        guard facts.record.state.isFinal, facts.record.state != .fulfilled, facts.record.state != .partlyFulfilled
        else { return }
        for index in targets.indices where !targets[index].state.isFinal {
            let effect = targets[index].effect.flatMap { id in desk.effects(of: self.id).first { $0.id == id } }
            // One that a worker has in hand may finish, and is recorded.
            guard effect?.state != .leased else { continue }
            if let end = effect.flatMap(FanOutTarget.EffectEnd.init), let kind = effect?.kind {
                _ = targets[index].take(.ended(kind, end), abilities(of: targets[index], desk), at: now)
            }
            if !targets[index].state.isFinal { _ = targets[index].take(.cancelled, .init(), at: now) }
            targets[index].effect = nil
        }
        say(&desk)
        forget(desk)
    }

    // MARK: The plan

    /// Makes the plan, where nothing stands before it; answers whether there is one.
    private mutating func begin(_ operation: TargetOperation, _ desk: inout CaseDesk) throws -> Bool {
        guard facts.record.state == .inProgress else { return false }
        if let until = facts.retainedUntil {
            look(at: until, &desk)
            return false
        }
        if facts.record.kind == .endOfContract, try !isReturned(&desk) { return false }
        if operation.destroys, !facts.copies.isEmpty {
            writes.append(CaseOrders.insert(id, after: facts.copies))
            look(at: now.addingTimeInterval(ErasurePlanner.patience), &desk)
            return false
        }
        // The same facts as whoever wants to see the plan first.
        guard
            let planFacts = FanOutPlan.Facts(
                of: facts.record,
                desk.registry,
                identities: read.people[id]?.types ?? [],
                suppressed: read.suppressed[id] ?? [],
                at: now
            )
        else { return false }
        let plan: FanOutPlan
        do throws(RetentionException.Fault) {
            plan = try FanOutPlan(planFacts, systems: desk.registry.systems)
        } catch {
            askAboutPlan(error, &desk)
            return false
        }
        if facts.isOpen(.planRefused) {
            desk.edit(id) { record, changes in changes.reviews.dismiss(.planRefused, case: record.id, at: changes.now) }
        }
        for (ordinal, line) in plan.lines.enumerated() { add(line, ordinal: ordinal, desk) }
        record(plan, &desk)
        if operation == .suppress { try suppress(&desk) }
        tellRecipients(&desk)
        return true
    }

    private mutating func add(
        _ line: FanOutPlan.Line,
        part: FanOutTarget.Part = .whole,
        operation: TargetOperation? = nil,
        ordinal: Int,
        _ desk: CaseDesk
    ) {
        var target = FanOutTarget(
            id: UUID.version7(at: now),
            caseID: id,
            clientID: facts.record.clientID,
            system: line.system.id,
            systemVersion: line.system.version,
            part: part,
            operation: operation ?? line.operation,
            way: line.way,
            isMandatory: line.isMandatory,
            level: line.level,
            after: line.after,
            ordinal: ordinal,
            key: UUID()
        )
        target.note = line.note?.rawValue
        target.kept = line.kept.map(FanOutTarget.Kept.init)
        target.backupsUntil = line.backupsUntil
        target.goneBy = line.goneBy
        if case .email(let person) = line.system.connector { target.owner = person.owner }
        if case .manual(let person) = line.system.connector { target.owner = person.owner }
        targets.append(target)
        madeIDs.insert(target.id)
    }

    private func record(_ plan: FanOutPlan, _ desk: inout CaseDesk) {
        desk.record("plan.made", of: id) { body in
            body.key("targets")
            body.array(plan.lines) { list, line in
                list.object { item in
                    item.member("system", line.system.id)
                    item.member("version", line.system.version)
                    item.member("operation", line.operation)
                    item.member("way", line.way)
                    item.member("note", line.note)
                    item.member("mandatory", line.isMandatory)
                    item.member("level", line.level)
                    item.member("after", line.after)
                    item.member("flags", line.flags)
                    item.member("kept", line.kept.map(\.category))
                }
            }
        }
    }

    private mutating func askAboutPlan(_ fault: RetentionException.Fault, _ desk: inout CaseDesk) {
        guard !facts.isOpen(.planRefused) else { return }
        desk.record("plan.refused", of: id) { body in
            body.member("field", fault.field)
            body.member("fault", fault.fault)
            body.member("remedy", fault.remedy)
        }
        desk.edit(id) { record, changes in changes.review(.planRefused, of: record) }
    }

    /// The data of a client that wants them back are returned before they are erased (K9).
    private mutating func isReturned(_ desk: inout CaseDesk) throws -> Bool {
        guard case .clientTerminated(let termination)? = try payload(), termination.mode == .returnThenErase else {
            return true
        }
        if facts.lastWord(.dataReturn) != nil { return true }
        if !facts.isOpen(.dataReturn) { desk.edit(id) { record, changes in changes.review(.dataReturn, of: record) } }
        return false
    }

    private func payload() throws -> EventPayload? {
        guard let secret = read.secrets[id] else { return nil }
        return try EventPayload(stored: try secret.opened(for: id, with: ring))
    }

    /// Keeps the person from what they do not want any more, and tells the client (C4, Y8).
    private mutating func suppress(_ desk: inout CaseDesk) throws {
        guard let right = facts.record.right, case .requestSubmitted(let request)? = try payload() else { return }
        let scopes = Suppressions.Scope.scopes(of: right, optOutOf: request.optOutOf)
        let lookups = read.people[id]?.lookups ?? []
        guard !scopes.isEmpty, !lookups.isEmpty else { return }
        let entries = lookups.flatMap { lookup in scopes.map { Suppressions.Entry(lookup: lookup, scope: $0) } }
        writes.append(
            Suppressions.insert(entries, client: facts.record.clientID, keyID: digest.keyID, case: id, at: now)
        )
        desk.record("suppression.added", of: id) { body in
            body.member("scopes", scopes)
            body.member("identities", lookups.count)
        }
        if let row = try SuppressionMessage.row(scopes, request, facts.record, desk) { desk.messages.append(row) }
    }

    /// Every recipient is told within a time of its own (GDPR Art. 19).
    private func tellRecipients(_ desk: inout CaseDesk) {
        guard targets.contains(where: { $0.way == .connector || $0.way == .person }) else { return }
        desk.edit(id) { record, changes in
            guard let (rule, _) = changes.policy(of: record).clock(.fanOut) else { return }
            let deadline = Deadline(
                rule,
                from: changes.now,
                at: changes.place(of: record),
                atlas: changes.registry.atlas
            )
            changes.deadlines.start(deadline, case: record.id, clientID: record.clientID)
        }
    }

    // MARK: Taking in

    private mutating func takeIn(_ desk: inout CaseDesk) throws {
        let effects = Dictionary(
            desk.effects(of: id).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for index in targets.indices {
            guard let effect = targets[index].effect.flatMap({ effects[$0] }), let kind = effect.kind else { continue }
            // Taken back although the case goes on: nobody has done it, and nobody else would.
            if effect.state == .cancelled { plan(kind, at: index, &desk) }
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
            case: id,
            clientID: facts.record.clientID,
            parameters: ErasureParameters(target: target.id).text,
            waitsOnHold: kind == .targetAct && target.operation.destroys,
            attemptsAllowed: ErasurePlanner.attempts,
            at: now
        )
        targets[index].effect = effect.id
        desk.plan(effect)
    }

    // MARK: Going on

    /// A restriction is lifted where it was set (GDPR Art. 18(3)).
    private mutating func lift(_ desk: inout CaseDesk) {
        guard let time = facts.liftAt, !targets.contains(where: { $0.part == .lift }) else { return }
        // The person was told a day, and it ends no sooner.
        guard time <= now else { return look(at: time, &desk) }
        for target in targets where target.part == .whole && target.state == .verified {
            guard let system = desk.registry.system(target.system), target.way == .connector || target.way == .person
            else { continue }
            var lifted = FanOutTarget(
                id: UUID.version7(at: now),
                caseID: id,
                clientID: facts.record.clientID,
                system: system.id,
                systemVersion: system.version,
                part: .lift,
                operation: .unrestrict,
                way: target.way,
                isMandatory: target.isMandatory,
                level: target.level,
                after: [],
                ordinal: targets.count,
                key: UUID()
            )
            lifted.owner = target.owner
            lifted.note = Self.narrowing(target.note)
            targets.append(lifted)
            madeIDs.insert(lifted.id)
        }
    }

    /// Who is told the least there is is told no more later (K16).
    private static func narrowing(_ note: String?) -> String? {
        note.flatMap { $0 == FanOutPlan.Line.Note.leastIdentifier.rawValue ? $0 : nil }
    }

    /// What an exception had kept goes when it is over (K11).
    private mutating func finishKept(_ desk: inout CaseDesk) {
        for (target, ends) in FanOutProgress(targets, at: now).due {
            var rest = FanOutTarget(
                id: UUID.version7(at: now),
                caseID: id,
                clientID: facts.record.clientID,
                system: target.system,
                systemVersion: desk.registry.system(target.system)?.version ?? target.systemVersion,
                part: .rest,
                operation: target.operation,
                way: target.way,
                isMandatory: target.isMandatory,
                level: target.level,
                after: [],
                ordinal: targets.count,
                key: UUID()
            )
            rest.owner = target.owner
            rest.note = Self.narrowing(target.note)
            rest.kept = target.kept.filter { $0.until > now }
            rest.ends = ends
            rest.backupsUntil = desk.registry.system(target.system)?.backups.map { $0.end(after: now) }
            targets.append(rest)
            madeIDs.insert(rest.id)
        }
    }

    private mutating func start(_ desk: inout CaseDesk) {
        for index in targets.indices where targets[index].state == .waiting {
            if targets[index].operation.destroys, facts.isHeld { continue }
            guard FanOutProgress(targets, at: now).isFree(targets[index]) else { continue }
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
            Deadline(rule, from: now, at: desk.changes.place(of: facts.record), atlas: desk.registry.atlas).due
    }

    /// A fact for each target that has come to somewhere.
    private func say(_ desk: inout CaseDesk) {
        for target in targets {
            let old = before[target.id]?.state ?? .waiting
            guard target.state != old || before[target.id]?.key != target.key && before[target.id] != nil else {
                continue
            }
            switch target.state {
            case .waiting, .acting: continue
            case .pending, .grace, .verifying, .verified, .listed, .stuck, .left, .cancelled: break
            }
            desk.record("target.\(target.state.rawValue)", of: id) { body in
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
                body.key("findings")
                body.object { findings.write(to: &$0) }
            }
        }
    }

    /// Whom acting had found is sealed into where it went on, and forgotten when nothing is left to look at.
    private mutating func forget(_ desk: CaseDesk) {
        let over = Set(targets.lazy.filter(\.state.isFinal).map { ErasureParameters(target: $0.id).text })
        let spent = desk.effects(of: id).filter { effect in
            guard effect.state.isFinal, over.contains(effect.parameters), let findings = effect.findings else {
                return false
            }
            return TargetFindings(reading: findings).checkpoint != nil
        }
        guard !spent.isEmpty else { return }
        writes.append("UPDATE habeas.effect SET findings = NULL WHERE id = ANY(\(spent.map(\.id))::uuid[])")
    }

    // MARK: Concluding

    private mutating func conclude(_ desk: inout CaseDesk) throws {
        let progress = FanOutProgress(targets, at: now)
        if progress.isTold {
            desk.edit(id) { record, changes in changes.deadlines.stop(.fanOut, subject: record.id) }
        }
        askAboutStuck(&desk)
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
        if let first = next.min() { look(at: first, &desk) }
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

    private func askAboutStuck(_ desk: inout CaseDesk) {
        let isStuck = targets.contains { $0.state == .stuck }
        // Whoever has confirmed under a hold is not asked again: it goes on when the hold is lifted.
        let waits = facts.isHeld && facts.lastWord(.targetStuck) == .confirmed
        if isStuck, !waits, !facts.isOpen(.targetStuck) {
            desk.edit(id) { record, changes in changes.review(.targetStuck, of: record) }
        } else if !isStuck, facts.isOpen(.targetStuck) {
            desk.edit(id) { record, changes in changes.reviews.dismiss(.targetStuck, case: record.id, at: changes.now) }
        }
    }

    /// Answered, with something left to come.
    private mutating func answer(complete: Bool, refusal: RefusalReason?, _ desk: inout CaseDesk) throws {
        desk.apply(.answered(complete: complete, openEnds: true), to: id) { record in
            if let refusal { record.refusal = refusal }
        }
        try certify(&desk)
    }

    private mutating func end(complete: Bool, _ desk: inout CaseDesk) throws {
        let isComplete =
            complete || targets.allSatisfy { $0.part == .lift || $0.state == .verified || $0.state == .listed }
        switch desk.records[id]?.state {
        case .inProgress: desk.apply(.answered(complete: isComplete, openEnds: false), to: id)
        case .onHold: desk.apply(.openEndsOver(complete: isComplete), to: id) { if isComplete { $0.refusal = nil } }
        case .fulfilled, .partlyFulfilled:
            // A restriction that was lifted after the end.
            guard changed.contains(where: { $0.part == .lift }) || made.contains(where: { $0.part == .lift }) else {
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
        let rule = ClockRule(
            "exception.until",
            .exceptionEnd,
            Period(0, .calendarDay),
            source: "\(citation) (K11)",
            "What an exception kept is erased when the exception ends."
        )
        let deadline = Deadline(rule: rule, anchor: now, due: until, isProvisional: false)
        desk.edit(id) { record, changes in
            changes.deadlines.start(deadline, case: record.id, clientID: record.clientID)
        }
    }

    private func look(at time: Date, _ desk: inout CaseDesk) {
        let rule = ClockRule(
            "fleet.look",
            .look,
            Period(0, .calendarDay),
            source: "GDPR Art. 28(3)(e) (G12)",
            "The worker looks at the case again by itself."
        )
        let deadline = Deadline(rule: rule, anchor: now, due: time, isProvisional: false)
        desk.edit(id) { record, changes in
            changes.deadlines.start(deadline, case: record.id, clientID: record.clientID)
        }
    }

    /// What was done where, and how that is known, on record and signed.
    private mutating func certify(_ desk: inout CaseDesk) throws {
        guard let record = desk.records[id], targets.contains(where: { $0.state != .cancelled }) else { return }
        let certificate = Certificate(
            of: record,
            targets: targets,
            effects: desk.effects(of: id),
            registry: desk.registry,
            number: (read.certificates[id] ?? 0) + 1,
            at: now
        )
        let signed = try certificate.signed(with: ring)
        writes.append(signed.insert)
        desk.record("certificate.issued", of: id) { body in
            body.member("certificate", signed.id)
            body.member("number", signed.number)
            body.member("sha256", signed.digest)
            body.member("key", signed.keyID)
        }
        desk.edit(id) { record, changes in
            let sequence = record.nextOutcomeSequence()
            changes.outcomes.append(
                CaseOutcome.certificate(
                    signed.id,
                    digest: signed.digest,
                    of: record,
                    sequence: sequence,
                    at: changes.now
                )
            )
        }
    }
}

extension FanOutTarget.EffectEnd {
    /// Nil for one that has not come to its end, or was taken back.
    init?(_ effect: EffectRecord) {
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
