import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What a person does to a case by hand: the same lock, machine, clocks and evidence as an event takes.
struct CaseAct {
    let now: Date
    private let machineNow: Date
    private let actor: String
    private(set) var changes: CaseChanges
    private(set) var records: [CaseFileRecord] = []
    private var waited: [UUID: [Pause]] = [:]
    /// Cases whose regime became known.
    private var settled: Set<UUID> = []

    /// Locks the cases and reads what is decided from. Inside a transaction.
    init(on ids: [UUID], _ connection: PostgresConnection) async throws {
        let pen = try await EvidencePen(on: connection)
        now = pen.now
        actor = pen.actor
        changes = CaseChanges(at: pen.now, registry: try await Registry.load(on: connection))
        let results = try await connection.pipeline([
            CaseFileRecord.locking(ids: ids), PauseWrites.reading(ids),
            "SELECT now()",
        ])
        records = try results[0].map(CaseFileRecord.init)
        for row in results[1] {
            let (id, pause) = try PauseWrites.decode(row)
            waited[id, default: []].append(pause)
        }
        machineNow = try results[2].only.decode(Date.self)
    }

    /// Cases that another hold keeps held.
    mutating func keepHeld(_ ids: Set<UUID>) {
        for id in ids { changes.setHeld(id, true) }
    }

    /// Applies `event` to every case, or refuses with the machine's reason.
    ///
    /// - Parameter decision: what the client decided, where this is its decision.
    mutating func apply(
        _ event: CaseEvent,
        decision: ClientDecision? = nil,
        _ members: (inout JSONWriter) -> Void
    ) throws {
        try apply(each: { _ in event }, decision: decision, members)
    }

    /// The same with an event for each case.
    mutating func apply(
        each event: (CaseFileRecord) -> CaseEvent,
        decision: ClientDecision? = nil,
        _ members: (inout JSONWriter) -> Void
    ) throws {
        for index in records.indices {
            let id = records[index].id
            switch records[index].machine.verdict(on: event(records[index])) {
            case .apply(let transition):
                changes.apply(
                    transition,
                    to: &records[index],
                    waited: &waited[id, default: []],
                    actor: actor,
                    decision: decision.map { ($0, nil) }
                ) { before, after in
                    JSONWriter.text { body in
                        body.member("from", before.rawValue)
                        body.member("to", after.rawValue)
                        members(&body)
                    }
                }
            case .wait:
                throw Failure(
                    subject(of: records[index]),
                    "is not in a state for this yet",
                    "look at it with `habeas requests show`"
                )
            case .refuse(let reason):
                throw Failure(
                    subject(of: records[index]),
                    "does not take this any more (\(reason.rawValue))",
                    reason.remedy
                )
            }
        }
    }

    /// What a refusal names: of several cases the one that stands in the way.
    func subject(of record: CaseFileRecord) -> String {
        records.count > 1 ? "request \(record.id.text)" : "request"
    }

    /// A case that another one answers, too, is not acted on by itself.
    func refuseLinked() throws {
        for record in records where !record.state.isFinal {
            guard let first = record.linkedTo else { continue }
            throw Failure(
                subject(of: record),
                "is answered by an equal case of the same person",
                "name that one: \(first.text)"
            )
        }
    }

    /// Changes the cases' rows without a fact of its own: one that says so is written beside it.
    mutating func edit(_ body: (inout CaseFileRecord) -> Void) {
        for index in records.indices { body(&records[index]) }
    }

    /// Nothing of `scope` that has not begun goes out any more.
    mutating func cancel(_ scope: EffectScope) {
        for record in records { changes.effects.cancel(scope, of: record.id, at: now) }
    }

    /// Has a worker look at the cases.
    mutating func wake(_ queue: WorkQueue) {
        for record in records { changes.wake(queue, for: record) }
    }

    /// What a clock of the cases was for is over.
    mutating func stop(_ clock: ClockRule.Clock) {
        for record in records { changes.deadlines.stop(clock, subject: record.id) }
    }

    /// Whether a legal hold is in place.
    func isHeld(_ id: UUID) -> Bool {
        waited[id]?.contains { $0.reason == .hold && $0.to == nil } ?? false
    }

    /// Lets the cases through although their client is suspended (A1).
    mutating func passGate() {
        for record in records { changes.pass(record) }
    }

    /// Lets a worker look at the cases again.
    mutating func tell(_ queue: WorkQueue) {
        for record in records { changes.wakeUps.wake(queue, for: record.id) }
    }

    /// Writes a fact about each case, or about one of them, that moves none.
    mutating func record(_ fact: String, of id: UUID? = nil, _ members: (inout JSONWriter) -> Void) {
        let body = JSONWriter.text(members)
        for index in records.indices where id == nil || records[index].id == id {
            let row = records[index].chain.append(
                fact,
                at: now,
                actor: actor,
                clientID: records[index].clientID,
                body: body
            )
            changes.evidence.add(row)
        }
    }

    /// Puts the cases under the regime that they fall under after all; a fact of each says what was and what is.
    mutating func settleRegime(as regulation: Regulation, _ members: (inout JSONWriter) -> Void) throws {
        for index in records.indices {
            var record = records[index]
            guard !record.state.isFinal else {
                throw Failure("request", "is closed", "no date of it is left to be counted")
            }
            let pauses = waited[record.id] ?? []
            let (before, due) = (record.regulation, respond(record, pauses)?.due)
            changes.settleRegime(of: &record, as: regulation, waited: pauses)
            let after = respond(record, pauses)
            let body = JSONWriter.text { body in
                members(&body)
                body.member("regulation_before", before)
                body.member("regulation_after", record.regulation)
                body.member("due_before", due)
                body.member("due_after", after?.due)
                body.member("rule", after?.rule.id)
                body.member("article", after?.rule.source)
            }
            changes.evidence.add(
                record.chain.append(
                    "case.regime_settled",
                    at: now,
                    actor: actor,
                    clientID: record.clientID,
                    body: body
                )
            )
            settled.insert(record.id)
            records[index] = record
        }
    }

    private func respond(_ record: CaseFileRecord, _ waited: [Pause]) -> Deadline? {
        changes.clocks(of: record, waited: waited)?.deadlines.first { $0.rule.clock == .respond }
    }

    /// A person has said the last word on a review of these cases.
    mutating func settleReview() {
        for record in records { changes.reviews.settle(case: record.id) }
    }

    /// Puts the answer off, with the reason; only where the law allows it and the person can still be told in time.
    mutating func extend(reason: String) throws -> [(CaseFileRecord, Deadline)] {
        var extended: [(CaseFileRecord, Deadline)] = []
        for index in records.indices {
            let id = records[index].id
            var record = records[index]
            let deadline = try putOff(&record, waited: waited[id] ?? [], reason: reason)
            records[index] = record
            extended.append((records[index], deadline))
        }
        return extended
    }

    private mutating func putOff(_ record: inout CaseFileRecord, waited: [Pause], reason: String) throws -> Deadline {
        guard !record.state.isFinal else {
            throw Failure("request", "is closed", "nothing is owed any more")
        }
        guard record.lane == .own else {
            throw Failure("request", "is the client's to answer", "only the controller may put its answer off")
        }
        guard record.extendedAt == nil else {
            throw Failure("request", "was extended before", "the law knows one extension only")
        }
        let law = changes.clocks(of: record, waited: waited)?.entries.first { $0.layer == .law && $0.clock == .respond }
        guard let reading = law?.reading, let notice = reading.noticeDue else {
            throw Failure("request", "has a period that cannot be extended", "see `habeas policy explain --case ID`")
        }
        let binding = changes.clocks(of: record, waited: waited)?.entries.first { $0.binds && $0.clock == .respond }
        guard binding?.layer == .law else {
            throw Failure(
                "request",
                "is bound by what was promised (\(binding?.deadline.rule.source ?? "the statement")), which nothing puts off",
                "answer it in time"
            )
        }
        guard now <= notice else {
            throw Failure(
                "request",
                "is past the time within which the person must have been told of an extension (\(reading.rule.source))",
                "answer it now"
            )
        }
        guard
            let deadline = changes.extend(&record, waited: waited, reason: reason, actor: actor, because: { _ in })
        else { throw Failure("request", "has no clock to extend", "see `habeas policy explain --case ID`") }
        return deadline
    }

    /// Lets holds on these cases end by themselves.
    mutating func endHolds(at until: Date) {
        for record in records { changes.end(holdOf: record.id, at: until, clientID: record.clientID) }
    }

    /// What has to be written, in the transaction that locked. Called once, after the last change.
    nonisolated(nonsending) mutating func statements(on connection: PostgresConnection) async throws -> [SQL] {
        do {
            try await changes.settle(on: connection)
        } catch is RegistryChanged {
            throw Failure("request", "met a change of its client just now", "look at the client and try again")
        }
        return written()
    }

    private func written() -> [SQL] {
        var files = CaseFileWrites()
        for record in records {
            files.change(record)
            if settled.contains(record.id) { files.settleRegime(of: record) }
        }
        // No grace: nobody but the relay publishes these rows.
        var outbox = OutboxWrites(grace: .zero)
        for row in changes.outcomes + changes.wakeUps.rows(at: now) {
            var row = row
            row.createdAt = machineNow
            outbox.add(row)
        }
        return files.statements + changes.statements + outbox.statements
    }
}
