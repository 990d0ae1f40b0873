import AMQP
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// Applies the events of a batch, in the order they came, to the state that was read for it, and gathers what is to be
/// written. No input or output: the same state and events always give the same rows.
struct IntakeFold {
    var state: IntakeState
    var changes: CaseChanges
    let digest: KeyedDigest

    private(set) var opened: [UUID] = []
    /// What the opened cases warn of.
    private(set) var warnings: [CaseOpening.Warning] = []
    private(set) var changed: Set<UUID> = []
    private(set) var changedIncidents: Set<IntakeState.Reference> = []
    private(set) var changedClients: Set<String> = []
    var secrets: SecretWrites
    /// Events that must wait, unless their case is opened further on in this very batch.
    private var early: [(record: EarlyEventRecord, event: PreparedEvent, delivery: Delivery)] = []
    private(set) var applied: Set<UUID> = []
    private(set) var refusals: [(delivery: Delivery, refusal: Refusal)] = []
    /// How often a waiting event was looked at and had to wait on.
    private(set) var stillWaiting = 0
    /// Waiting events that are being looked at.
    var retrying: Set<UUID> = []
    /// Inbox keys of events that were refused after they had been taken in, or that wait their turn.
    private(set) var released: [[UInt8]] = []
    /// Events over their publisher's rate.
    var kept: [ParkedMessageRecord] = []
    var statements: [SQL] = []

    init(state: IntakeState, digest: KeyedDigest, registry: Registry) {
        self.state = state
        self.digest = digest
        changes = CaseChanges(at: state.now, registry: registry)
        secrets = SecretWrites(lookupKeyID: digest.keyID)
    }

    /// When an event was received: now, or when it was first parked.
    func receipt(_ prepared: PreparedEvent) -> Date { prepared.replayOf?.receivedAt ?? state.now }

    // MARK: Refusing

    mutating func refuse(_ delivery: Delivery, _ refusal: Refusal) { refusals.append((delivery, refusal)) }

    mutating func refuse(
        _ delivery: Delivery,
        _ prepared: PreparedEvent,
        _ field: String,
        _ fault: FaultCode,
        _ remedy: String,
        releasing: Bool = true
    ) {
        let origin = Refusal.Origin(publisher: prepared.publisher, event: prepared.event)
        refusals.append(
            (delivery, Refusal(field: field, fault: fault, remedy: remedy, origin: origin, replayOf: prepared.replayOf))
        )
        if releasing { released.append(prepared.inbox.dedupeKey) }
    }

    /// Gives the id of an event back that is not taken in now.
    mutating func release(_ prepared: PreparedEvent) { released.append(prepared.inbox.dedupeKey) }

    // MARK: Cases

    mutating func open(
        _ record: CaseFileRecord,
        _ opening: CaseOpening,
        _ prepared: PreparedOpening,
        by event: PreparedEvent
    ) {
        var record = record
        var codes = opening.warnings
        var deadlines = opening.deadlines
        var reviews = opening.reviews
        var gates: [Gate] = []
        if let first = link(&record, asking: prepared.ask, by: event) {
            codes.append(.equalRequest)
            // Its own answer is owed by its own date; the work is the other's.
            deadlines = deadlines.filter { $0.rule.clock == .respond } + [.equal(to: first, from: record.receivedAt)]
            // A person was asked about the first.
            reviews = []
        } else {
            gates = changes.wake(record.queue, for: record)
            // Whoever the vendor itself answers to is told that the request has arrived.
            if record.lane == .own, record.queue != .referral { changes.wakeUps.wake(.referral, for: record.id) }
        }
        self.warnings += codes
        let warnings = codes.map(\.rawValue) + event.event.warnings.map { "unknown_field:\($0)" }
        changes.evidence.add(
            record.chain.append(
                "case.opened",
                at: state.now,
                actor: "publisher:\(event.publisher.id)",
                clientID: record.clientID,
                body: Facts.opened(record, deadlines, reviews, event: event, warnings: codes, gates: gates)
            )
        )
        secrets.add(
            case: record.id,
            clientID: record.clientID,
            secret: prepared.secret,
            identities: prepared.identities
        )
        for deadline in deadlines {
            changes.deadlines.open(deadline, case: record.id, clientID: record.clientID)
        }
        for kind in reviews { changes.review(kind, of: record) }
        let sequence = record.nextOutcomeSequence()
        changes.outcomes.append(
            CaseOutcome.accepted(record, deadlines, warnings: warnings, sequence: sequence, at: state.now)
        )
        if let group = record.groupID, record.subjectIndex == 0 {
            changes.groups.open(CaseGroupRecord(of: record, id: group, cases: event.openings.count))
        }
        state.add(record)
        opened.append(record.id)
        if record.clientID == nil, case .requestSubmitted(var request) = event.event.payload {
            request.subjects = [request.subjects[record.subjectIndex]]
            state.unnamed[record.id] = request
        }
    }

    /// Links a new case to an open one in which the same person asks for the same, and says so in that one's chain.
    private mutating func link(_ record: inout CaseFileRecord, asking ask: [UInt8]?, by event: PreparedEvent) -> UUID? {
        guard let ask, let id = state.casesByAsk[ask], var first = state.cases[id],
            first.state.answers(another: record.state)
        else { return nil }
        record.linkedTo = id
        let linked = record.id
        changes.evidence.add(
            first.chain.append(
                "request.repeated",
                at: state.now,
                actor: "publisher:\(event.publisher.id)",
                clientID: first.clientID,
                body: Facts.plain(event) { $0.member("linked", linked) }
            )
        )
        state.cases[id] = first
        changed.insert(id)
        return id
    }

    /// Makes a transition that the machine has allowed, with its one evidence row.
    mutating func apply(
        _ transition: CaseMachine.Transition,
        to id: UUID,
        by event: PreparedEvent,
        _ edit: (inout CaseFileRecord) -> Void = { _ in }
    ) {
        guard var record = state.cases[id] else { return }
        var decision: (ClientDecision, reference: String?)?
        if case .clientDecided(let data) = event.event.payload { decision = (data.decision, data.reference) }
        edit(&record)
        changes.apply(
            transition,
            to: &record,
            waited: &state.pauses[id, default: []],
            actor: "publisher:\(event.publisher.id)",
            decision: decision
        ) { Facts.transition(from: $0, to: $1, event: event) }
        state.cases[id] = record
        changed.insert(id)
    }

    /// Gives a case that waited for one its client: the rows of the case follow by themselves, its look-ups are made anew.
    mutating func assign(_ client: Client, to id: UUID) {
        guard var record = state.cases[id] else { return }
        record.clientID = client.id
        record.agreementVersion = client.agreementVersion
        state.cases[id] = record
        if !opened.contains(id) {
            statements.append(
                "UPDATE habeas.case_file SET agreement_version = \(Int32(client.agreementVersion)) WHERE id = \(id)"
            )
        }
        changes.groups.assign(client.id, to: record.groupID)
        // What this batch has begun for it before belongs to that client, too.
        changes.deadlines.assign(client.id, to: id)
        changes.pauses.assign(client.id, to: id)
        changes.reviews.assign(client.id, to: id)
        guard let request = state.unnamed[id] else { return }
        let rows = request.subjects.flatMap(\.identities).map {
            SecretWrites.IdentityRow($0, client: client.id, digest: digest)
        }
        let ask = digest.ask(request, client: client, lookups: rows.map(\.lookup))
        if opened.contains(id) {
            state.cases[id]?.ask = ask
            secrets.assign(client.id, to: id, identities: rows)
            return
        }
        var lookups = SecretWrites(lookupKeyID: digest.keyID)
        lookups.add(identities: rows, of: id, clientID: client.id)
        statements.append("DELETE FROM habeas.case_identity WHERE case_id = \(id)")
        statements += lookups.statements
        statements.append("UPDATE habeas.case_file SET ask = \(ask) WHERE id = \(id)")
    }

    /// Keeps an event's own words beside its subject.
    mutating func keep(_ event: PreparedEvent, about subject: UUID?) {
        guard let subject, let secret = event.secret else { return }
        secrets.add(
            event: event.id,
            about: subject,
            type: event.event.type.rawValue,
            receivedAt: receipt(event),
            secret: secret
        )
    }

    // MARK: Other subjects

    mutating func change(_ incident: IncidentRecord, under reference: IntakeState.Reference) {
        state.incidents[reference] = incident
        changedIncidents.insert(reference)
    }

    mutating func tell(_ outcome: OutboxRow) { changes.outcomes.append(outcome) }

    mutating func record(_ fact: String, client: String, by event: PreparedEvent, body: String) {
        guard var chain = state.clientChains[client] else { return }
        changes.evidence.add(
            chain.append(fact, at: state.now, actor: "publisher:\(event.publisher.id)", clientID: client, body: body)
        )
        state.clientChains[client] = chain
        changedClients.insert(client)
    }

    /// A fact about a case that moves it nowhere.
    mutating func record(_ fact: String, case id: UUID, by event: PreparedEvent, body: String) {
        guard var record = state.cases[id] else { return }
        let actor = "publisher:\(event.publisher.id)"
        changes.evidence.add(
            record.chain.append(fact, at: state.now, actor: actor, clientID: record.clientID, body: body)
        )
        state.cases[id] = record
        changed.insert(id)
    }

    mutating func recordOfInstallation(_ fact: String, by event: PreparedEvent, body: String) {
        guard var chain = state.installationChain else { return }
        changes.evidence.add(
            chain.append(fact, at: state.now, actor: "publisher:\(event.publisher.id)", clientID: nil, body: body)
        )
        state.installationChain = chain
    }

    // MARK: Waiting

    mutating func wait(
        _ event: PreparedEvent,
        from delivery: Delivery,
        under reference: IntakeState.Reference?,
        case id: UUID?
    ) {
        guard !event.isWaiting, let secret = event.secret else {
            stillWaiting += 1
            return
        }
        let record = EarlyEventRecord(
            id: event.id,
            publisherID: event.publisher.id,
            requestRef: reference?.waitingKey,
            caseID: id,
            eventType: event.event.type.rawValue,
            dedupeKey: event.inbox.dedupeKey,
            receivedAt: receipt(event),
            secret: secret
        )
        early.append((record, event, delivery))
    }

    /// Takes back the events of this batch that wait for something that has just come.
    mutating func takeEarly(where comes: (EarlyEventRecord) -> Bool) -> [(event: PreparedEvent, delivery: Delivery)] {
        let found = early.filter { comes($0.record) }
        guard !found.isEmpty else { return [] }
        early.removeAll { comes($0.record) }
        return found.map { ($0.event, $0.delivery) }
    }

    mutating func used(_ waiting: EarlyEventRecord) { applied.insert(waiting.id) }

    // MARK: What is to be written

    /// Everything but parked messages, which must be inserted first to know which of them are new; and what is published
    /// after the commit.
    func finished() -> (statements: [SQL], outgoing: [OutboxRow]) {
        var files = CaseFileWrites()
        for id in opened { if let record = state.cases[id] { files.open(record) } }
        let openedIDs = Set(opened)
        // In id order, as their locks were taken.
        for id in changed.subtracting(openedIDs).sorted() {
            if let record = state.cases[id] { files.change(record) }
        }
        var outbox = OutboxWrites()
        for row in changes.outcomes + changes.wakeUps.rows(at: state.now) {
            var row = row
            row.createdAt = state.machineNow
            outbox.add(row)
        }
        var statements =
            files.statements + secrets.statements + changes.statements + outbox.statements
        statements += changedIncidents.compactMap { state.incidents[$0]?.upsert }
        statements += changedClients.compactMap { state.clientChains[$0].flatMap(ChainHeads.write) }
        if let chain = state.installationChain, let statement = ChainHeads.write(chain) { statements.append(statement) }
        if !early.isEmpty { statements.append(EarlyEvents.insert(early.map(\.record))) }
        if !applied.isEmpty { statements.append(EarlyEvents.remove(Array(applied))) }
        if !kept.isEmpty { statements.append(ParkedMessages.insert(kept)) }
        if !released.isEmpty { statements.append(Inbox.release(released)) }
        return (statements + self.statements, outbox.rows)
    }
}
