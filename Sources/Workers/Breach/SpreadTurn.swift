import Crypto
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// One step of bringing an incident to its clients: gathers what is to be written. No input or output.
struct SpreadTurn {
    private static let actor = "\(WorkQueue.breach)"

    private let incident: IncidentRecord
    private let ring: KeyRing
    private let now: Date
    private var changes: CaseChanges
    private var records: [UUID: CaseFileRecord] = [:]
    private var contents: [UUID: NoticeContent] = [:]
    private var opened: [UUID] = []
    private var changed: [UUID] = []
    private var notices: [BreachNoticeRecord] = []
    private var advanced: [UUID] = []
    private var made: [BreachContentRecord] = []
    private var secrets = SecretWrites(lookupKeyID: "")

    init(incident: IncidentRecord, registry: Registry, ring: KeyRing, at now: Date) {
        self.incident = incident
        self.ring = ring
        self.now = now
        changes = CaseChanges(at: now, registry: registry)
    }

    mutating func add(_ record: CaseFileRecord) { records[record.id] = record }

    mutating func add(_ content: NoticeContent, of id: UUID) { contents[id] = content }

    /// A client that is affected and has no case yet.
    mutating func open(
        _ client: Client,
        _ content: NoticeContent,
        _ part: IncidentPicture.Part,
        _ picture: IncidentPicture
    ) throws {
        let registry = changes.registry
        let profile = registry.publisher(id: incident.publisherID)?.profile ?? "default"
        let policy = registry.policy(profile: profile, client: client, at: now)
        let opening = CaseOpening(
            noticeTo: client,
            awareAt: part.awareAt,
            discoveredAt: picture.discoveredAt,
            hasHealthData: picture.hasHealthData,
            policy: policy,
            receivedAt: now,
            atlas: registry.atlas
        )
        var record = CaseFileRecord(
            id: UUID.version7(at: now),
            opening: opening,
            client: client,
            profile: policy.profile,
            publisherID: incident.publisherID,
            requestRef: nil,
            subjectIndex: 0,
            groupID: nil,
            reference: nil,
            receivedAt: now
        )
        changes.evidence.add(
            record.chain.append(
                "notice.opened",
                at: now,
                actor: Self.actor,
                clientID: client.id,
                body: text { body in
                    body.member("incident", incident.id)
                    body.member("aware_at", part.awareAt)
                    body.member("due_at", opening.deadlines.first?.due)
                    body.member("rule", opening.deadlines.first?.rule.id)
                    body.member("article", opening.deadlines.first?.rule.source)
                    body.member("warnings", opening.warnings.map(\.rawValue))
                }
            )
        )
        for deadline in opening.deadlines { changes.deadlines.open(deadline, case: record.id, clientID: client.id) }
        notices.append(
            BreachNoticeRecord(
                caseID: record.id,
                clientID: client.id,
                incidentID: incident.id,
                phases: incident.phases.count
            )
        )
        var content = content
        // Its first notice is the last word, too.
        if picture.ending == .closed { content.kind = .closed }
        try keep(content, in: &record, client)
        records[record.id] = record
        opened.append(record.id)
    }

    /// A client that was told before.
    mutating func follow(
        _ id: UUID,
        _ client: Client,
        _ content: NoticeContent,
        ending: IncidentPicture.Ending?
    ) throws {
        advanced.append(id)
        guard var record = records[id], let before = contents[id] else { return }
        // Of its own part nothing has changed: an empty message would say that somebody else's has.
        guard let next = content.following(before, ending: ending) else { return }
        guard !record.state.isFinal else {
            // A phase that came when everything had been said: a person tells it.
            changes.evidence.add(
                record.chain.append(
                    "notice.too_late",
                    at: now,
                    actor: Self.actor,
                    clientID: client.id,
                    body: text { body in
                        body.member("phase", incident.phase)
                        body.member("changed", next.changed)
                    }
                )
            )
            changes.review(.breachUnreached, of: record)
            records[id] = record
            changed.append(id)
            return
        }
        try keep(next, in: &record, client)
        records[id] = record
        changed.append(id)
    }

    private mutating func keep(_ content: NoticeContent, in record: inout CaseFileRecord, _ client: Client) throws {
        let stored = content.stored
        let made = BreachContentRecord(
            content,
            digest: Hex.text(SHA256.hash(data: stored)),
            of: record.id,
            clientID: client.id,
            phase: incident.phase,
            at: now
        )
        self.made.append(made)
        secrets.add(
            event: made.id,
            about: record.id,
            type: BreachContentRecord.eventType,
            receivedAt: now,
            secret: try SealedPayload(sealing: stored, for: made.id, with: ring)
        )
        changes.evidence.add(
            record.chain.append(
                "notice.made",
                at: now,
                actor: Self.actor,
                clientID: client.id,
                body: text { body in
                    body.member("number", content.number)
                    body.member("kind", content.kind)
                    body.member("phase", incident.phase)
                    body.member("sha256", made.digest)
                    body.member("changed", content.changed)
                }
            )
        )
        changes.wakeUps.wake(.breach, for: record.id)
    }

    /// Every affected client has its own notice now, each with its own clock: the incident's own stops.
    ///
    /// - Parameter isUnexplained: whether it is closed, nobody was told, and nobody has said why (GDPR Art. 33(5)).
    mutating func finish(_ incident: inout IncidentRecord, clients: Int, isUnexplained: Bool) {
        changes.evidence.add(
            incident.chain.append(
                "incident.spread",
                at: now,
                actor: Self.actor,
                clientID: nil,
                body: text { body in
                    body.member("phase", incident.phase)
                    body.member("clients", clients)
                }
            )
        )
        if isUnexplained, clients == 0 {
            changes.review(.nobodyTold, ofIncident: incident.id, publisher: incident.publisherID)
        }
        // Of nobody being affected a person has to convince themselves: until they name somebody or close it, it runs on.
        if clients > 0 || incident.state != "open" { changes.deadlines.stop(.notifyClients, subject: incident.id) }
    }

    func finished(_ incident: IncidentRecord, machineNow: Date) -> (statements: [SQL], outgoing: [OutboxRow]) {
        var files = CaseFileWrites()
        for id in opened { if let record = records[id] { files.open(record) } }
        for id in changed.sorted() { if let record = records[id] { files.change(record) } }
        var outbox = OutboxWrites()
        for row in changes.outcomes + changes.wakeUps.rows(at: now) {
            var row = row
            row.createdAt = machineNow
            outbox.add(row)
        }
        var statements = files.statements
        if !notices.isEmpty { statements.append(BreachNoticeRecord.insert(notices)) }
        if !advanced.isEmpty { statements.append(BreachNoticeRecord.advance(advanced, to: incident.phases.count)) }
        if !made.isEmpty { statements.append(BreachContentRecord.insert(made)) }
        statements += secrets.statements + changes.statements + [incident.spreading] + outbox.statements
        return (statements, outbox.rows)
    }

    private func text(_ members: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter(capacity: 256)
        writer.object(members)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
