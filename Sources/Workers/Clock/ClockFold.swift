import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Carries out what due clocks do to the subjects that are locked for it. No input or output.
struct ClockFold {
    private static let actor = "clock"

    private var changes: CaseChanges
    private var cases: [UUID: CaseFileRecord] = [:]
    private var incidents: [UUID: IncidentRecord] = [:]
    private var parked: [UUID: EvidenceChain] = [:]
    private var reviews: Set<UUID> = []
    private var installation: EvidenceChain?
    private var pauses: [UUID: [Pause]] = [:]
    private var changed: Set<UUID> = []
    private var destroyed: [UUID] = []
    private var endedHolds: [UUID] = []
    /// The ends of the holds in place on a case, nil for one without.
    private var holds: [UUID: [Date?]] = [:]
    /// The approvals without which nobody is told of an incident, by incident.
    private var calls: [UUID: ReviewKind] = [:]
    /// Where the cases stand that answer others, by those others.
    private var equals: [UUID: CaseState] = [:]
    /// How many clocks had an effect; the others were looked at in vain.
    private(set) var fired = 0

    init(at now: Date, registry: Registry) { changes = CaseChanges(at: now, registry: registry) }

    private var now: Date { changes.now }

    mutating func add(_ record: CaseFileRecord) { cases[record.id] = record }
    mutating func add(_ incident: IncidentRecord) { incidents[incident.id] = incident }
    mutating func add(parked id: UUID, _ chain: EvidenceChain) { parked[id] = chain }
    /// Reviews that are about no case, with the installation's chain.
    mutating func add(reviews ids: [UUID], _ chain: EvidenceChain) {
        reviews = Set(ids)
        installation = chain
    }

    mutating func add(_ pause: Pause, of id: UUID) { pauses[id, default: []].append(pause) }

    mutating func add(holdUntil until: Date?, on id: UUID) { holds[id, default: []].append(until) }

    /// - Parameter kind: of a task that has to be done before anybody is told.
    mutating func add(review kind: ReviewKind, of incident: UUID) { calls[incident] = kind }

    mutating func add(equal state: CaseState, of id: UUID) { equals[id] = state }

    /// Cases that another one answers, too.
    var linked: [UUID] { cases.values.filter { $0.linkedTo != nil }.map(\.id) }

    var caseIDs: [UUID] { Array(cases.keys) }
    var incidentIDs: [UUID] { Array(incidents.keys) }
    var subjects: [UUID] { caseIDs + Array(incidents.keys) + Array(parked.keys) + Array(reviews) }

    mutating func fire(_ clock: DeadlineRecord) {
        if var record = cases[clock.subject] {
            fire(clock, of: &record)
            cases[record.id] = record
            changed.insert(record.id)
        } else if var incident = incidents[clock.subject] {
            fire(clock, of: &incident)
            incidents[incident.id] = incident
            changed.insert(incident.id)
        } else if var chain = parked[clock.subject] {
            fire(clock, of: &chain)
            parked[clock.subject] = chain
            changed.insert(clock.subject)
        } else if reviews.contains(clock.subject), var chain = installation {
            fire(clock, ofReview: &chain)
            installation = chain
        }
    }

    // MARK: Cases

    private mutating func fire(_ clock: DeadlineRecord, of record: inout CaseFileRecord) {
        // An earlier clock of this very round may have ended the case, and this one with it.
        if record.state.isFinal, ![.retention, .holdEnd, .look, .tellClient].contains(clock.clock) { return }
        var waited = pauses[record.id] ?? []
        defer { pauses[record.id] = waited }
        if clock.isProvisional, moved(clock, record, waited) { return }
        let firing = ClockFiring(
            clock.clock,
            due: clock.due,
            warnAt: clock.warnAt,
            at: now,
            machine: record.machine,
            isHeld: holds[record.id]?.isEmpty == false,
            extendable: extendable(record, waited),
            equal: equals[record.id]
        )
        if firing != .nothing { fired += 1 }
        switch firing {
        case .nothing: return
        case .warn:
            fact("deadline.at_risk", clock, &record)
            tell(clock, &record, isMissed: false)
            changes.deadlines.warn(clock.clock, subject: record.id)
        case .miss:
            fact("deadline.missed", clock, &record)
            tell(clock, &record, isMissed: true)
            changes.deadlines.miss(clock.clock, subject: record.id)
        case .extend(let reason):
            _ = changes.extend(&record, waited: waited, reason: reason, actor: Self.actor) { body in
                body.member("clock", clock.clock.rawValue)
                body.member("due_at", clock.due)
            }
        case .transition(let transition):
            changes.deadlines.stop(clock.clock, subject: record.id)
            if clock.clock == .holdEnd, !endHolds(&record, clock) { break }
            changes.apply(transition, to: &record, waited: &waited, actor: Self.actor) { before, after in
                JSONWriter.text { body in
                    body.member("from", before.rawValue)
                    body.member("to", after.rawValue)
                    Self.describe(clock, to: &body)
                }
            }
            if clock.clock == .equal, !record.state.isFinal { goAlone(&record, waited) }
        case .remind:
            fact("client.reminder_due", clock, &record)
            changes.wakeUps.wake(.referral, for: record.id)
            restart(record.isMinor ? .clientReminderMinor : .clientReminder, record)
        case .finish(let queue):
            fact("exception.ended", clock, &record)
            changes.deadlines.stop(clock.clock, subject: record.id)
            changes.wake(queue, for: record)
        case .look(let queue):
            changes.deadlines.stop(clock.clock, subject: record.id)
            changes.wakeUps.wake(queue, for: record.id)
        case .destroyWords:
            fact("case.words_destroyed", clock, &record)
            changes.deadlines.stop(clock.clock, subject: record.id)
            destroyed.append(record.id)
            changes.groups.destroyWords(of: record)
        case .waitForHold:
            let later = Deadline(
                rule: ClockRule(clock.rule, .retention, Period(1, .calendarDay), source: clock.source, ""),
                anchor: clock.anchor,
                due: now.addingTimeInterval(86_400),
                isProvisional: false
            )
            changes.deadlines.change(later, subject: record.id)
        case .stop: changes.deadlines.stop(clock.clock, subject: record.id)
        }
    }

    /// Ends the holds whose time has come; returns whether it was the last of them.
    private mutating func endHolds(_ record: inout CaseFileRecord, _ clock: DeadlineRecord) -> Bool {
        let open = holds[record.id] ?? []
        let left = open.filter { until in until.map { $0 > now } ?? true }
        // Lifted by hand before: there is nothing to end.
        guard left.count < open.count else { return false }
        endedHolds.append(record.id)
        holds[record.id] = left
        if let next = left.compactMap({ $0 }).min() {
            changes.end(holdOf: record.id, at: next, clientID: record.clientID)
        }
        guard left.isEmpty else {
            fact("hold.ended", clock, &record)
            return false
        }
        return true
    }

    /// The case that was to answer this one has ended without an answer: this one has all its own clocks from now on.
    private mutating func goAlone(_ record: inout CaseFileRecord, _ waited: [Pause]) {
        record.linkedTo = nil
        for deadline in changes.clocks(of: record, waited: waited)?.deadlines ?? [] {
            changes.deadlines.start(deadline, case: record.id, clientID: record.clientID)
        }
    }

    /// Whether holiday data that has come since moves a provisional date; then the clock is not due yet.
    private mutating func moved(_ clock: DeadlineRecord, _ record: CaseFileRecord, _ waited: [Pause]) -> Bool {
        let fresh = changes.clocks(of: record, waited: waited)?.deadlines.first { $0.rule.clock == clock.clock }
        guard let fresh, let due = fresh.due, let before = clock.due, due > before else { return false }
        fired += 1
        changes.recount(record, waited: waited)
        return true
    }

    /// The reason with which the answer to this case may be put off by the clock itself (Y1).
    private func extendable(_ record: CaseFileRecord, _ waited: [Pause]) -> String? {
        guard let reason = changes.policy(of: record).profile.extending.automaticReason, record.extendedAt == nil,
            let clocks = changes.clocks(of: record, waited: waited)
        else { return nil }
        let law = clocks.entries.first { $0.layer == .law && $0.clock == .respond }?.reading
        guard let notice = law?.noticeDue, now <= notice else { return nil }
        // What was promised beyond the law is not put off by the law's own reserve.
        let binding = clocks.entries.first { $0.binds && $0.clock == .respond }
        return binding?.layer == .law ? reason : nil
    }

    private mutating func restart(_ key: ClockKey, _ record: CaseFileRecord) {
        guard let (rule, _) = changes.policy(of: record).clock(key) else { return }
        let deadline = Deadline(rule, from: now, at: changes.place(of: record), atlas: changes.registry.atlas)
        changes.deadlines.start(deadline, case: record.id, clientID: record.clientID)
    }

    private mutating func tell(_ clock: DeadlineRecord, _ record: inout CaseFileRecord, isMissed: Bool) {
        changes.wake(record.queue, for: record)
        // No publisher hears of a disclosure (K23).
        guard record.kind != .disclosure else { return }
        let sequence = record.nextOutcomeSequence()
        changes.outcomes.append(CaseOutcome.atRisk(record, clock, isMissed: isMissed, sequence: sequence, at: now))
    }

    private mutating func fact(
        _ name: String,
        _ clock: DeadlineRecord,
        _ record: inout CaseFileRecord
    ) {
        let body = JSONWriter.text { Self.describe(clock, to: &$0) }
        changes.evidence.add(
            record.chain.append(name, at: now, actor: Self.actor, clientID: record.clientID, body: body)
        )
    }

    // MARK: Incidents and parked messages

    private mutating func fire(_ clock: DeadlineRecord, of incident: inout IncidentRecord) {
        let isMissed = clock.due.map { $0 <= now } ?? false
        // What is missing for a client's notice to leave; nothing for other clocks.
        let missing = clock.clock == .notifyClients ? calls[incident.id]?.rawValue : nil
        let body = JSONWriter.text { body in
            Self.describe(clock, to: &body)
            body.member("waits_for", missing)
        }
        let name = isMissed ? "deadline.missed" : "deadline.at_risk"
        changes.evidence.add(incident.chain.append(name, at: now, actor: Self.actor, clientID: nil, body: body))
        let sequence = incident.nextOutcomeSequence()
        changes.outcomes.append(
            CaseOutcome.atRisk(incident, clock, waitsFor: missing, isMissed: isMissed, sequence: sequence, at: now)
        )
        changes.wakeUps.wake(.breach, for: incident.id)
        settle(clock, isMissed)
    }

    private mutating func fire(_ clock: DeadlineRecord, of chain: inout EvidenceChain) {
        let isMissed = clock.due.map { $0 <= now } ?? false
        let body = JSONWriter.text { Self.describe(clock, to: &$0) }
        let name = isMissed ? "triage.overdue" : "triage.at_risk"
        changes.evidence.add(chain.append(name, at: now, actor: Self.actor, clientID: nil, body: body))
        settle(clock, isMissed)
    }

    private mutating func fire(_ clock: DeadlineRecord, ofReview chain: inout EvidenceChain) {
        let isMissed = clock.due.map { $0 <= now } ?? false
        let body = JSONWriter.text { body in
            body.member("review", clock.subject)
            Self.describe(clock, to: &body)
        }
        let name = isMissed ? "review.overdue" : "review.at_risk"
        changes.evidence.add(chain.append(name, at: now, actor: Self.actor, clientID: nil, body: body))
        settle(clock, isMissed)
    }

    private mutating func settle(_ clock: DeadlineRecord, _ isMissed: Bool) {
        fired += 1
        if isMissed {
            changes.deadlines.miss(clock.clock, subject: clock.subject)
        } else {
            changes.deadlines.warn(clock.clock, subject: clock.subject)
        }
    }

    // MARK: What is to be written

    /// Called once, after the last clock and before ``finished(machineNow:)``.
    nonisolated(nonsending) mutating func settle(on connection: PostgresConnection) async throws {
        try await changes.settle(on: connection)
    }

    func finished(machineNow: Date) -> (statements: [SQL], outgoing: [OutboxRow]) {
        var files = CaseFileWrites()
        var statements: [SQL] = []
        for id in changed.sorted() {
            if let record = cases[id] { files.change(record) }
            if let incident = incidents[id] { statements.append(incident.update) }
        }
        statements += ChainHeads.write(parked: parked.filter { changed.contains($0.key) }.map { ($0.key, $0.value) })
        if let installation, let statement = ChainHeads.write(installation) { statements.append(statement) }
        if !destroyed.isEmpty {
            // The wrapped key goes with the row: from now on nobody can read what is left of it anywhere.
            statements += ["case_secret", "case_identity"].map {
                "DELETE FROM habeas.\(identifier: $0) WHERE case_id = ANY(\(destroyed)::uuid[])"
            }
            statements.append("DELETE FROM habeas.event_secret WHERE subject_id = ANY(\(destroyed)::uuid[])")
        }
        if !endedHolds.isEmpty {
            statements.append(
                """
                UPDATE habeas.hold SET lifted_at = \(now)
                 WHERE case_id = ANY(\(endedHolds)::uuid[]) AND lifted_at IS NULL AND until <= \(now)
                """
            )
        }
        var outbox = OutboxWrites()
        for row in changes.outcomes + changes.wakeUps.rows(at: now) {
            var row = row
            row.createdAt = machineNow
            outbox.add(row)
        }
        return (files.statements + statements + changes.statements + outbox.statements, outbox.rows)
    }

    private static func describe(_ clock: DeadlineRecord, to body: inout JSONWriter) {
        body.member("clock", clock.clock.rawValue)
        body.member("due_at", clock.due)
        body.member("rule", clock.rule)
        body.member("article", clock.source)
    }
}
