package import FoundationEssentials
package import Ledger
package import Postgres
package import Rights

/// What a transaction makes of cases: carries out the actions of transitions and gathers what is to be written.
///
/// No input or output. The caller holds the locks of the cases it changes and writes ``statements`` in its transaction.
package struct CaseChanges: Sendable {
    package let now: Date
    package let registry: Registry
    package var evidence = EvidenceWrites()
    package var deadlines = DeadlineWrites()
    package var pauses = PauseWrites()
    package var reviews = ReviewWrites()
    package var wakeUps = WakeUps()
    package var groups = CaseGroups()
    package var effects = EffectWrites()
    private var gates = CaseGates()
    /// Cases that a person lets through although their client is suspended.
    private var passed: Set<UUID> = []
    package var outcomes: [OutboxRow] = []
    /// What became of it at each target, of cases whose worker has them at hand.
    package var targets: [UUID: [FanOutTarget]] = [:]
    /// Cases that ended, as they were then, with the place of what is told of them.
    private var completed: [(record: CaseFileRecord, sequence: Int, place: Int)] = []
    /// Cases that ended and that an erasure may have waited for.
    private var ended: Set<UUID> = []
    /// Cases of which intake looks again at what came early.
    package private(set) var reconsidered: [UUID] = []
    /// Cases that another hold keeps held although one is lifted.
    private var held: Set<UUID> = []

    package init(at now: Date, registry: Registry) {
        self.now = now
        self.registry = registry
    }

    /// Says whether a case stays held by another hold when one of its holds is lifted.
    package mutating func setHeld(_ id: UUID, _ isHeld: Bool) {
        if isHeld { held.insert(id) } else { held.remove(id) }
    }

    /// Makes a transition that the machine has allowed, with its one evidence row.
    ///
    /// - Parameters:
    ///   - waited: the case's pauses so far; kept up to date.
    ///   - decision: what the client decided, where this is its decision.
    ///   - body: the evidence row's content, given the states before and after.
    package mutating func apply(
        _ transition: CaseMachine.Transition,
        to record: inout CaseFileRecord,
        waited: inout [Pause],
        actor: String,
        decision: (ClientDecision, reference: String?)? = nil,
        body: (_ before: CaseState, _ after: CaseState) -> String
    ) {
        let before = record.state
        if transition.state != before {
            record.state = transition.state
            record.stateSince = now
        }
        evidence.add(
            record.chain.append(
                transition.fact,
                at: now,
                actor: actor,
                clientID: record.clientID,
                body: body(before, record.state)
            )
        )
        for action in transition.actions { carryOut(action, on: &record, waited: &waited, decision: decision) }
        if record.state != before, transition.wakes != nil { sayGated(&record, actor: actor) }
    }

    /// A case that has come as far as its worker and is not handed to it says so, once.
    private mutating func sayGated(_ record: inout CaseFileRecord, actor: String) {
        let closed = closedGates(before: record.queue, record)
        guard !closed.isEmpty else { return }
        var body = JSONWriter(capacity: 128)
        body.object { $0.member("gates", closed.map(\.rawValue)) }
        let text = String(decoding: body.bytes, as: UTF8.self)
        evidence.add(
            record.chain.append("gate.closed", at: now, actor: actor, clientID: record.clientID, body: text)
        )
        // Nothing but a person's word, or the end of the suspension, opens this one.
        if closed.contains(.clientSuspended) { review(.suspendedHandOver, of: record) }
    }

    private mutating func carryOut(
        _ action: CaseMachine.Action,
        on record: inout CaseFileRecord,
        waited: inout [Pause],
        decision: (ClientDecision, reference: String?)?
    ) {
        switch action {
        case .wake(let queue):
            record.queue = queue
            wake(queue, for: record)
        case .tell(let queue): wakeUps.wake(queue, for: record.id)
        case .pause(let reason):
            guard !waited.contains(where: { $0.reason == reason && $0.to == nil }) else { return }
            let pause = Pause(reason, from: now, to: nil)
            waited.append(pause)
            pauses.begin(pause, case: record.id, clientID: record.clientID)
            recount(record, waited: waited)
            if reason == .hold { effects.hold(record.id, at: now) }
        case .resume(let reason):
            guard reason != .hold || !held.contains(record.id) else { return }
            guard let index = waited.firstIndex(where: { $0.reason == reason && $0.to == nil }) else { return }
            let pause = waited[index]
            waited[index] = Pause(reason, from: pause.from, to: max(now, pause.from), isGrounded: pause.isGrounded)
            pauses.end(reason, case: record.id, at: now)
            recount(record, waited: waited)
            if reason == .hold { effects.free(record.id) }
        case .start(let key):
            let key = key == .clientReminder && record.isMinor ? .clientReminderMinor : key
            guard let (rule, _) = policy(of: record).clock(key) else { return }
            let deadline = Deadline(rule, from: now, at: place(of: record), atlas: registry.atlas)
            deadlines.start(deadline, case: record.id, clientID: record.clientID)
        case .review(let kind): review(kind, of: record)
        case .dismiss(let kind): reviews.dismiss(kind, case: record.id, at: now)
        case .stop(let clock): deadlines.stop(clock, subject: record.id)
        case .stopAll:
            let isMet: Bool =
                switch record.state {
                case .fulfilled, .partlyFulfilled, .refused, .handedOver: true
                default: false
                }
            deadlines.end(subject: record.id, isMet: isMet)
        case .cancel(let scope): effects.cancel(scope, of: record.id, at: now)
        case .recount: recount(record, waited: waited)
        case .reconsider: reconsidered.append(record.id)
        case .tellReferred:
            let sequence = record.nextOutcomeSequence()
            outcomes.append(CaseOutcome.referred(record, sequence: sequence, at: now))
        case .tellDecided:
            guard let (word, reference) = decision else { return }
            let sequence = record.nextOutcomeSequence()
            outcomes.append(CaseOutcome.decided(record, word, reference: reference, sequence: sequence, at: now))
        case .tellCompleted:
            // Whoever may hear of a disclosure hears of it from the referral worker, and nobody else (K23).
            guard record.kind != .disclosure else { return }
            let sequence = record.nextOutcomeSequence()
            completed.append((record, sequence, outcomes.count))
            groups.end(record)
            if record.right == .access || record.right == .portability { ended.insert(record.id) }
        }
    }

    /// Calls a person about a case. The case's `review` clock is that of the earliest call.
    package mutating func review(_ kind: ReviewKind, of record: CaseFileRecord) {
        guard let (rule, _) = policy(of: record).clock(.review) else { return }
        let deadline = Deadline(rule, from: now, at: place(of: record), atlas: registry.atlas)
        reviews.open(kind, case: record.id, clientID: record.clientID, deadline, at: now)
        deadlines.ensure(deadline, case: record.id, clientID: record.clientID)
    }

    /// Calls a person about an incident as a whole. Its `review` clock is that of the earliest call.
    ///
    /// - Parameters:
    ///   - publisher: who has reported the incident: its statement says how long the look may take.
    ///   - due: by when somebody has to look, where that is before the clock ends.
    package mutating func review(_ kind: ReviewKind, ofIncident id: UUID, publisher: String, due: Date? = nil) {
        let profile = registry.publisher(id: publisher)?.profile ?? "default"
        guard let (rule, _) = registry.policy(profile: profile, client: nil, at: now).clock(.review) else { return }
        let clock = Deadline(rule, from: now, at: .unknown, atlas: registry.atlas)
        let deadline = Deadline(
            rule: rule,
            anchor: now,
            due: [clock.due, due].compactMap(\.self).min(),
            isProvisional: clock.isProvisional
        )
        reviews.open(kind, incident: id, deadline, at: now)
        deadlines.ensure(deadline, subject: id)
    }

    /// A person lets the case through although its client is suspended (A1). What else it lacks it lacks still.
    package mutating func pass(_ record: CaseFileRecord) {
        passed.insert(record.id)
        guard record.state == .inProgress else { return }
        if wake(record.queue, for: record).isEmpty { gates.leave(record.id) }
    }

    private func closedGates(before queue: WorkQueue, _ record: CaseFileRecord) -> [Gate] {
        let closed = CaseGates.closed(before: queue, record, registry)
        return passed.contains(record.id) ? closed.filter { $0.effect != .waitsForPerson } : closed
    }

    /// Hands the case to its worker; where a gate is closed before that, the case waits instead (A1, G11).
    ///
    /// - Returns: the gates it waits for.
    @discardableResult
    package mutating func wake(_ queue: WorkQueue, for record: CaseFileRecord) -> [Gate] {
        let closed = closedGates(before: queue, record)
        if closed.isEmpty {
            wakeUps.wake(queue, for: record.id)
        } else {
            gates.hold(record, before: queue, closed)
        }
        return closed
    }

    /// Puts the answer off: the person is told the new date and the reason. The caller has made sure that it is lawful.
    ///
    /// - Parameter members: what else the evidence says, such as the clock that asked for it.
    /// - Returns: the new clock; nil where the case has none.
    package mutating func extend(
        _ record: inout CaseFileRecord,
        waited: [Pause],
        reason: String,
        actor: String,
        because members: (inout JSONWriter) -> Void
    ) -> Deadline? {
        record.extendedAt = now
        let clocks = clocks(of: record, waited: waited)
        guard let deadline = clocks?.deadlines.first(where: { $0.rule.clock == .respond }) else { return nil }
        var body = JSONWriter()
        body.object { body in
            members(&body)
            body.member("reason", reason)
            body.member("rule", deadline.rule.id)
            body.member("article", deadline.rule.source)
            body.member("extended_to", deadline.due)
        }
        let text = String(decoding: body.bytes, as: UTF8.self)
        evidence.add(
            record.chain.append("clock.extended", at: now, actor: actor, clientID: record.clientID, body: text)
        )
        recount(record, waited: waited)
        deadlines.stop(.extensionNotice, subject: record.id)
        wakeUps.wake(.referral, for: record.id)
        let sequence = record.nextOutcomeSequence()
        outcomes.append(CaseOutcome.extended(record, deadline, reason: reason, sequence: sequence, at: now))
        return deadline
    }

    /// Lets a hold on a case end by itself.
    package mutating func end(holdOf id: UUID, at until: Date, clientID: String?) {
        let rule = ClockRule(
            "hold.until",
            .holdEnd,
            Period(0, .calendarDay),
            source: "the hold's own end (K18)",
            "A legal hold ends at the time that was named when it was placed."
        )
        let deadline = Deadline(rule: rule, anchor: now, due: until, isProvisional: false)
        deadlines.start(deadline, case: id, clientID: clientID)
    }

    /// Counts the clocks of a case anew, as its client, its pauses or its extension now say.
    package mutating func recount(_ record: CaseFileRecord, waited: [Pause]) {
        guard let clocks = clocks(of: record, waited: waited) else { return }
        // A wait for somebody began when it began, wherever the client is.
        for deadline in clocks.deadlines where deadline.rule.clock != .lapse {
            deadlines.change(deadline, subject: record.id)
        }
    }

    /// Puts a case whose regime became known under it: its clocks are counted by that one's rules, and those that only it knows
    /// begin. A clock that was missed by the strictest dates and is not by its own runs again.
    package mutating func settleRegime(of record: inout CaseFileRecord, as regulation: Regulation, waited: [Pause]) {
        let before = Set(clocks(of: record, waited: waited)?.deadlines.map(\.rule.clock) ?? [])
        record.regulation = regulation
        let isOwed = record.state.isUnanswered && record.linkedTo == nil
        for deadline in clocks(of: record, waited: waited)?.deadlines ?? [] where deadline.rule.clock != .lapse {
            if before.contains(deadline.rule.clock) {
                let isAhead = deadline.due.map { $0 > now } ?? true
                deadlines.change(deadline, subject: record.id, reopening: isOwed && isAhead)
            } else if isOwed {
                deadlines.start(deadline, case: record.id, clientID: record.clientID)
            }
        }
        wake(record.queue, for: record)
    }

    /// The clocks of a case as of now; nil where it is no request of a person.
    package func clocks(of record: CaseFileRecord, waited: [Pause]) -> CaseClocks? {
        guard let facts = record.clockFacts(pauses: waited) else { return nil }
        return CaseClocks(facts, policy: policy(of: record), place: place(of: record), atlas: registry.atlas)
    }

    package func policy(of record: CaseFileRecord) -> Policy {
        let client = record.clientID.flatMap { registry.client($0) }
        return registry.policy(
            profile: record.profile,
            version: record.profileVersion,
            client: client,
            agreement: record.agreementVersion
        )
    }

    package func place(of record: CaseFileRecord) -> Place {
        record.clientID.flatMap { registry.client($0)?.place } ?? registry.atlas.place(record.country)
    }

    /// What needs the database once more before anything is written: locks that come after those of all cases. Costs an
    /// ordinary transaction nothing. Called once, after the last change and before ``statements``.
    package nonisolated(nonsending) mutating func settle(on connection: PostgresConnection) async throws {
        try await tellCompleted(on: connection)
        outcomes += try await groups.settle(on: connection, at: now)
        try await gates.settle(on: connection, registry: registry)
        guard !ended.isEmpty else { return }
        // Erasures that waited until the person has the copy.
        let freed = try await connection.query(
            "DELETE FROM habeas.case_order WHERE after_case = ANY(\(Array(ended))::uuid[]) RETURNING case_id"
        ).decode(as: UUID.self)
        for id in freed { wakeUps.wake(.erasure, for: id) }
    }

    /// What became of ended cases is told with what became of them at every system, whoever ended them.
    private nonisolated(nonsending) mutating func tellCompleted(on connection: PostgresConnection) async throws {
        // Nothing is planned at systems but for a right that the erasure worker carries out, or for the end of a contract.
        let others = completed.map(\.record).filter { record in
            targets[record.id] == nil && record.right.map { WorkQueue.fulfilling($0) == .erasure } ?? false
        }
        if !others.isEmpty {
            for row in try await connection.query(FanOutTarget.reading(of: others.map(\.id))) {
                let target = try FanOutTarget(row: row)
                targets[target.caseID, default: []].append(target)
            }
        }
        for (record, sequence, place) in completed.reversed() {
            let row = CaseOutcome.completed(record, targets: targets[record.id] ?? [], sequence: sequence, at: now)
            outcomes.insert(row, at: place)
        }
        completed = []
    }

    /// The rows of everything but the cases themselves and the outbox.
    package var statements: [SQL] {
        deadlines.statements + pauses.statements + reviews.statements + evidence.statements + groups.statements
            + gates.statements(at: now) + effects.statements
    }
}
