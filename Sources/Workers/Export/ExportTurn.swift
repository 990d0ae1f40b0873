import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// One look at one case about a copy under its lock.
struct ExportTurn {
    /// What bundles are put together at, and deleted from, in the effect ledger.
    static let store = "exports"
    /// Attempts at putting a bundle together: about a day.
    private static let attempts = 40

    let facts: ExportFacts
    let read: ExportReading
    let ring: KeyRing
    let keep: Period
    let now: Date
    private(set) var board: FanOutBoard
    /// Rows beside the parts: exports before their pieces.
    var writes: [SQL] = []
    private(set) var export: ExportRecord?

    init(_ facts: ExportFacts, _ read: ExportReading, ring: KeyRing, keep: Period) {
        self.facts = facts
        self.read = read
        self.ring = ring
        self.keep = keep
        now = facts.now
        board = FanOutBoard(facts.record, read.targets[facts.record.id] ?? [], at: now)
        export = facts.export
    }

    var id: UUID { facts.record.id }

    mutating func run(_ desk: inout CaseDesk) throws {
        forgetFiles(&desk)
        guard facts.lists.isEmpty else { return try tendLists(&desk) }
        guard facts.isOpen else { return close(&desk) }
        // Without a data map a person does it, and says so.
        guard !desk.registry.systems.isEmpty || !board.targets.isEmpty else { return }
        if export?.state == .ready {
            // For whoever is told of the end.
            desk.changes.targets[id] = board.targets
            return try next(&desk)
        }
        if export == nil {
            guard mayBegin(&desk), try begin(&desk) else { return }
        }
        enterPieces(desk)
        board.takeIn(read.answers[id] ?? [], word: facts.lastWord(.targetStuck), isHeld: false, &desk)
        enterFiles()
        // What an authority does not get somebody says.
        if !facts.isDisclosure, desk.changes.policy(of: facts.record).profile.partialCopy != nil {
            board.leave(because: "partial_copy", &desk) { !$0.isMandatory }
        }
        board.start(isHeld: false, &desk)
        board.say(&desk)
        board.askAboutStuck(isAsked: facts.isAsked(.targetStuck), isSettled: false, &desk)
        desk.changes.targets[id] = board.targets
        if board.targets.allSatisfy(\.state.isFinal) { try bundle(&desk) }
        if let next = board.targets.compactMap(\.looksAgainAt).filter({ $0 > now }).min() {
            desk.look(at: next, case: id)
        }
    }

    // MARK: Many requests

    /// Whether nobody has to look first, because there are many requests like this one (A6). What waits says so in its chain, and its
    /// clocks run; who ends the review wakes it.
    private mutating func mayBegin(_ desk: inout CaseDesk) -> Bool {
        if let wait = facts.wait {
            guard wait.isSettled else { return false }
            writes.append(ExportWait.remove(id))
            if let reason = wait.refusal {
                desk.apply(.refusedByPerson, to: id) {
                    $0.refusal = reason
                } _: {
                    $0.member("review", wait.review)
                    $0.member("refusal", reason)
                    $0.member("article", reason.source)
                    $0.member("obligation", reason.obligation)
                }
                return false
            }
            desk.record("export.looked_at", of: id) { $0.member("review", wait.review) }
        }
        guard let review = facts.harvest else { return true }
        writes.append(ExportWait.insert(id, client: facts.record.clientID, review: review, at: now))
        desk.record("export.waits", of: id) { $0.member("review", review) }
        return false
    }

    // MARK: The plan

    /// Makes the plan, where one can be made; answers whether there is one.
    private mutating func begin(_ desk: inout CaseDesk) throws -> Bool {
        if facts.collects, board.targets.isEmpty {
            guard
                let planFacts = FanOutPlan.Facts(
                    of: facts.record,
                    desk.registry,
                    identities: read.types[id] ?? [],
                    suppressed: [],
                    scope: facts.disclosure?.demand.scope,
                    at: now
                )
            else { return false }
            do throws(RetentionException.Fault) {
                board.add(try FanOutPlan(planFacts, systems: desk.registry.systems), &desk)
            } catch {
                board.askAboutPlan(error, isAsked: facts.isAsked(.planRefused), &desk)
                return false
            }
        }
        if facts.isAsked(.planRefused) {
            desk.edit(id) { record, changes in changes.reviews.dismiss(.planRefused, case: record.id, at: changes.now) }
        }
        let exportID = UUID.version7(at: now)
        let new = ExportRecord(
            id: exportID,
            caseID: id,
            clientID: facts.record.clientID,
            key: try CaseKey(for: exportID).wrapped(with: ring),
            at: now
        )
        export = new
        writes.append(new.insert)
        return true
    }

    /// What a slice has put into the store counts from the transaction on that says how far it has come.
    private mutating func enterPieces(_ desk: CaseDesk) {
        guard let export else { return }
        var entries: [ExportPieces.Entry] = []
        for effect in desk.effects(of: id) where effect.kind == .targetAct || effect.kind == .targetLook {
            guard let target = board.targets.first(where: { $0.effect == effect.id }), let text = effect.findings else {
                continue
            }
            entries += TargetFindings(reading: text).pieces.map {
                ExportPieces.Entry(target: target.id, key: target.key, piece: $0)
            }
        }
        if !entries.isEmpty { writes.append(ExportPieces.insert(entries, of: export.id)) }
    }

    /// What a person has handed in counts from the transaction on that takes the answer in.
    private mutating func enterFiles() {
        guard let export else { return }
        let entries = board.changed.filter { $0.key != board.before[$0.id]?.key }.flatMap { target in
            target.findings.pieces.map { ExportPieces.Entry(target: target.id, key: target.key, piece: $0) }
        }
        if !entries.isEmpty { writes.append(ExportPieces.insert(entries, of: export.id)) }
    }

    // MARK: The bundle

    private mutating func bundle(_ desk: inout CaseDesk) throws {
        let efforts = desk.effects(of: id).filter { $0.kind == .exportBundle }
        guard let last = efforts.last else { return plan(.exportBundle, &desk) }
        guard last.state == .done else {
            if last.state == .cancelled { plan(.exportBundle, &desk) }
            return
        }
        guard let findings = last.findings.flatMap({ BundleFindings(reading: $0) }) else { return }
        try finish(findings.bundle, &desk)
    }

    mutating func plan(
        _ kind: EffectKind,
        to target: String = Self.store,
        attempts: Int = Self.attempts,
        _ desk: inout CaseDesk
    ) {
        desk.plan(
            PlannedEffect(
                kind,
                of: desk.queue,
                to: target,
                case: id,
                clientID: facts.record.clientID,
                attemptsAllowed: attempts,
                at: now
            )
        )
    }

    /// The digest is in the evidence before anybody is told where the bundle lies.
    private mutating func finish(_ bundle: ExportRecord.Bundle, _ desk: inout CaseDesk) throws {
        guard var ready = export, ready.state == .collecting else { return }
        // What an authority gets waits for it until a person has handed it over.
        let until = facts.isDisclosure ? nil : keep.end(after: now)
        ready.state = .ready
        ready.bundle = bundle
        ready.readyAt = now
        ready.expiresAt = until
        export = ready
        writes.append(ready.update)
        desk.record("export.ready", of: id) { body in
            body.member("export", ready.id)
            body.member("bytes", bundle.bytes)
            body.member("sha256", bundle.sha256)
            body.member("rows", bundle.rows)
            body.member("gaps", bundle.gaps)
            body.member("expires_at", until)
        }
        if !facts.isDisclosure {
            desk.edit(id) { record, changes in
                changes.outcomes += CaseOutcome.exportReady(ready, bundle, of: &record, at: changes.now)
            }
        }
        try next(&desk)
        sweep(&desk)
    }

    /// What follows when the bundle is there: nothing by itself where an authority gets it from a person (K23).
    private mutating func next(_ desk: inout CaseDesk) throws {
        if !facts.isDisclosure { try handOver(&desk) }
    }

    /// The pieces are in it now. What ends a case ends what it has in mind, this too: so it comes after that.
    private mutating func sweep(_ desk: inout CaseDesk) {
        let isMeant = desk.effects(of: id).contains { $0.kind == .exportSweep && $0.state != .cancelled }
        if !isMeant { plan(.exportSweep, &desk) }
    }

    /// From now on it can be fetched for as long as is promised, however long it took to hand it over.
    mutating func answer(isComplete: Bool, _ desk: inout CaseDesk) {
        guard export != nil else { return }
        let until = keepOn(&desk)
        desk.apply(.answered(complete: isComplete, openEnds: false), to: id)
        sweep(&desk)
        desk.look(at: until, case: id)
    }

    /// Keeps what is ready for as long as is promised, from now on; answers until when.
    private mutating func keepOn(_ desk: inout CaseDesk) -> Date {
        let until = keep.end(after: now)
        guard var ready = export, ready.expiresAt != until else { return until }
        ready.expiresAt = until
        export = ready
        writes.append(ready.update)
        desk.record("export.kept_until", of: id) { body in
            body.member("export", ready.id)
            body.member("expires_at", until)
        }
        return until
    }

    mutating func note(_ handOver: ExportRecord.HandOver) {
        guard var ready = export else { return }
        ready.handOver = handOver
        export = ready
        writes.append(ready.update)
    }

    // MARK: After the end

    /// What was begun for a case that has ended another way is nobody's; what was handed over can be fetched for a time.
    private mutating func close(_ desk: inout CaseDesk) {
        board.cancel(&desk)
        board.say(&desk)
        if facts.wait != nil { writes.append(ExportWait.remove(id)) }
        guard var current = export else { return }
        let isHandedOver = current.state == .ready && facts.isAnswered
        if isHandedOver {
            let until = current.expiresAt ?? keepOn(&desk)
            if until > now { return desk.look(at: until, case: id) }
        }
        current.expire(at: now)
        export = nil
        writes.append(current.update)
        desk.record("export.expired", of: id) { body in
            body.member("export", current.id)
            body.member("fetchable", isHandedOver)
        }
        plan(.exportSweep, &desk)
    }

    /// The key is destroyed already; the files follow, however long the store is away.
    private mutating func forgetFiles(_ desk: inout CaseDesk) {
        guard !facts.over.isEmpty else { return }
        let last = desk.effects(of: id).last { $0.kind == .exportSweep }
        guard let last, last.state == .done else {
            // What ends a case ends what it has in mind.
            if last.map({ $0.state == .cancelled }) ?? true { plan(.exportSweep, &desk) }
            return
        }
        for var gone in facts.over {
            gone.deletedAt = now
            writes.append(gone.update)
        }
        desk.record("export.deleted", of: id) { $0.member("exports", facts.over.map { $0.id.lowercaseText }) }
    }
}
