package import FoundationEssentials
package import Ledger
package import Postgres
package import Rights

/// Cases on a worker's desk: locked, with their pauses and their effects, and all that one transaction makes of them.
///
/// No input or output beside ``open(_:planner:registry:ended:on:)``: the same rows always give the same writes.
package struct CaseDesk: Sendable {
    package let now: Date
    package let machineNow: Date
    package let queue: WorkQueue
    package var changes: CaseChanges
    package private(set) var records: [UUID: CaseFileRecord] = [:]
    private var effects: [UUID: [EffectRecord]] = [:]
    /// The case of each effect.
    private var places: [UUID: UUID] = [:]
    /// Effects that this transaction planned, and those whose attempt it enters: nobody else can have them in hand.
    private var own: Set<UUID> = []
    /// Effects of others that this transaction takes for not begun, and ends. A claim takes no lock of a case: whoever writes
    /// makes sure of them.
    package private(set) var taken: Set<UUID> = []
    private var waited: [UUID: [Pause]] = [:]
    private var changed: Set<UUID> = []
    /// Further messages, such as one to intake.
    package var messages: [OutboxRow] = []
    /// Rows of the worker's own, written after everything else.
    package var writes: [SQL] = []

    package init(_ queue: WorkQueue, at now: Date, machineNow: Date, registry: Registry) {
        self.queue = queue
        self.now = now
        self.machineNow = machineNow
        changes = CaseChanges(at: now, registry: registry)
    }

    package var registry: Registry { changes.registry }
    /// In id order, as they were locked.
    package var ids: [UUID] { records.keys.sorted() }

    package mutating func add(_ record: CaseFileRecord) { records[record.id] = record }

    package mutating func add(_ effect: EffectRecord) {
        guard let id = effect.caseID else { return }
        effects[id, default: []].append(effect)
        places[effect.id] = id
    }

    package mutating func add(_ pause: Pause, of id: UUID) { waited[id, default: []].append(pause) }

    /// This worker's effects of a case, in the order in which they were planned, as they stand now. What another worker means to
    /// do is not this one's to judge.
    package func effects(of id: UUID) -> [EffectRecord] { (effects[id] ?? []).filter { $0.queue == queue.rawValue } }

    package func pauses(of id: UUID) -> [Pause] { waited[id] ?? [] }

    /// Applies what has happened, where the machine allows it; answers whether it did.
    @discardableResult
    package mutating func apply(
        _ event: CaseEvent,
        to id: UUID,
        actor: String? = nil,
        _ edit: (inout CaseFileRecord) -> Void = { _ in },
        _ members: (inout JSONWriter) -> Void = { _ in }
    ) -> Bool {
        guard var record = records[id], case .apply(let transition) = record.machine.verdict(on: event) else {
            return false
        }
        edit(&record)
        changes.apply(transition, to: &record, waited: &waited[id, default: []], actor: actor ?? self.actor) {
            before,
            after in
            JSONWriter.text { body in
                body.member("from", before.rawValue)
                body.member("to", after.rawValue)
                members(&body)
            }
        }
        for case .cancel(let scope) in transition.actions {
            for index in effects[id, default: []].indices {
                guard let kind = effects[id]?[index].kind, scope.covers(kind) else { continue }
                end(at: index, of: id)
            }
        }
        records[id] = record
        changed.insert(id)
        return true
    }

    /// Ends an effect that has not begun; answers whether it has not. One that has is not wanted any more.
    @discardableResult
    private mutating func end(at index: Int, of id: UUID) -> Bool {
        guard let effect = effects[id]?[index], !effect.state.isFinal else { return false }
        guard effect.state.isPending else {
            effects[id]?[index].isUnwanted = true
            return false
        }
        effects[id]?[index].state = .cancelled
        effects[id]?[index].endedAt = now
        if !own.contains(effect.id) { taken.insert(effect.id) }
        return true
    }

    /// Changes a case's row without a fact of its own.
    package mutating func edit(_ id: UUID, _ body: (inout CaseFileRecord, inout CaseChanges) -> Void) {
        guard var record = records[id] else { return }
        body(&record, &changes)
        records[id] = record
        changed.insert(id)
    }

    /// Writes a fact about a case that moves it nowhere.
    package mutating func record(_ fact: String, of id: UUID, _ members: (inout JSONWriter) -> Void) {
        edit(id) { [now, actor] record, changes in
            changes.evidence.add(
                record.chain.append(
                    fact,
                    at: now,
                    actor: actor,
                    clientID: record.clientID,
                    body: JSONWriter.text(members)
                )
            )
        }
    }

    /// Has the worker look at a case again by itself.
    package mutating func look(at time: Date, case id: UUID) {
        let rule = ClockRule(
            "fleet.look",
            .look,
            Period(0, .calendarDay),
            source: "GDPR Art. 28(3)(e) (G12)",
            "The worker looks at the case again by itself."
        )
        let deadline = Deadline(rule: rule, anchor: now, due: time, isProvisional: false)
        changes.deadlines.start(deadline, case: id, clientID: records[id]?.clientID)
    }

    /// Plans an effect of a case, with the fact that it is meant.
    package mutating func plan(_ effect: PlannedEffect) {
        changes.effects.plan(effect, at: now)
        let isHeld = effect.waitsOnHold && pauses(of: effect.caseID).contains { $0.reason == .hold && $0.to == nil }
        own.insert(effect.id)
        add(EffectRecord(effect, isHeld: isHeld, at: now))
        // What is meant at targets one fact says for all of them, and what came of it the target's own.
        guard !effect.kind.goesToTarget else { return }
        record("effect.planned", of: effect.caseID) { body in
            body.member("effect", effect.id)
            body.member("kind", effect.kind.rawValue)
            body.member("target", effect.target)
        }
    }

    /// Takes an effect back that has not begun; one that has is left to its end, and not tried again.
    package mutating func cancel(_ effect: EffectRecord, because reason: String) {
        guard let id = effect.caseID, let index = effects[id]?.firstIndex(where: { $0.id == effect.id }) else { return }
        changes.effects.cancel(effect.id, at: now)
        guard end(at: index, of: id) else { return }
        record("effect.cancelled", of: id) { body in
            body.member("effect", effect.id)
            body.member("kind", effect.kind?.rawValue)
            body.member("reason", reason)
        }
    }

    /// Enters what came of an attempt, with a fact where the effect has come to its end.
    package mutating func end(_ ending: EffectEnding) {
        guard let id = places[ending.id], let index = effects[id]?.firstIndex(where: { $0.id == ending.id }),
            var effect = effects[id]?[index]
        else { return }
        effect.state = ending.state
        effect.attempts += ending.counts ? 1 : 0
        effect.outcome = ending.outcome
        effect.cause = ending.cause
        effect.status = ending.status
        effect.endedAt = ending.finishedAt
        effect.findings = ending.findings ?? effect.findings
        effects[id]?[index] = effect
        own.insert(effect.id)
        guard ending.state.isFinal, effect.kind?.goesToTarget != true else { return }
        record("effect.\(ending.state.rawValue)", of: id) { body in
            body.member("effect", effect.id)
            body.member("kind", effect.kind?.rawValue)
            body.member("target", effect.target)
            body.member("outcome", ending.outcome)
            body.member("cause", ending.cause)
            body.member("status", ending.status)
            body.member("attempts", effect.attempts)
            body.member("at", ending.endedAt)
        }
    }

    /// The targets that got something to do.
    package var plannedTargets: [String] { Array(Set(changes.effects.planned.map(\.effect.target))) }

    private var actor: String { "\(queue)" }

    /// What is to be written and what is published after the commit, hints apart.
    package func finished() -> (statements: [SQL], outgoing: [OutboxRow]) {
        var files = CaseFileWrites()
        for id in ids where changed.contains(id) { if let record = records[id] { files.change(record) } }
        var outbox = OutboxWrites()
        for row in changes.outcomes + changes.wakeUps.rows(at: now) + messages {
            var row = row
            row.createdAt = machineNow
            outbox.add(row)
        }
        return (files.statements + changes.statements + outbox.statements + writes, outbox.rows)
    }
}
