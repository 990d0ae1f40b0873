import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// One step of bringing an incident to its clients: gathers what is to be written. No input or output.
struct SpreadTurn {
    static let actor = "\(WorkQueue.breach)"

    private let incident: IncidentRecord
    let now: Date
    var changes: CaseChanges
    private var records: [UUID: CaseFileRecord] = [:]
    private var contents: [UUID: NoticeContent] = [:]
    /// Until when clients are to be told that were not told yet, by case.
    private var due: [UUID: Date] = [:]
    private var opened: [UUID] = []
    private var changed: [UUID] = []
    private var notices: [BreachNoticeRecord] = []
    private var advanced: [UUID] = []
    private var lists: [UUID: [BreachPeopleRecord.Standing]] = [:]
    private var withdrawn: [UUID] = []
    private var file: NoticeFile

    init(incident: IncidentRecord, registry: Registry, ring: KeyRing, at now: Date) {
        self.incident = incident
        self.now = now
        file = NoticeFile(ring: ring, at: now)
        changes = CaseChanges(at: now, registry: registry)
    }

    mutating func add(_ record: CaseFileRecord) { records[record.id] = record }

    mutating func add(_ content: NoticeContent, of id: UUID) { contents[id] = content }

    /// - Parameter list: of a case; in the order of their numbers.
    mutating func add(_ list: BreachPeopleRecord.Standing) { lists[list.list.caseID, default: []].append(list) }

    mutating func add(_ due: Date, of id: UUID) { self.due[id] = due }

    /// What it would be to tell a client for the first time, with the clock that binds.
    func opening(_ client: Client, _ part: IncidentPicture.Part, _ picture: IncidentPicture) -> CaseOpening {
        let profile = changes.registry.publisher(id: incident.publisherID)?.profile ?? "default"
        let policy = changes.registry.policy(profile: profile, client: client, at: now)
        return opening(client, part, picture, policy)
    }

    private func opening(
        _ client: Client,
        _ part: IncidentPicture.Part,
        _ picture: IncidentPicture,
        _ policy: Policy
    ) -> CaseOpening {
        CaseOpening(
            noticeTo: client,
            awareAt: part.awareAt,
            discoveredAt: picture.discoveredAt,
            hasHealthData: picture.hasHealthData,
            policy: policy,
            receivedAt: now,
            atlas: changes.registry.atlas
        )
    }

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
        let opening = opening(client, part, picture, policy)
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
                body: JSONWriter.text { body in
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
        content.list = try peopleList(part, of: &record, client)
        // Its first notice is the last word, too.
        if picture.ending == .closed { content.kind = .closed }
        try keep(content, in: &record, client)
        call(part, &record)
        records[record.id] = record
        opened.append(record.id)
    }

    /// Nobody knows how many people of a client's are concerned, although they were listed: a person is to find out.
    private mutating func call(_ part: IncidentPicture.Part, _ record: inout CaseFileRecord) {
        guard part.isUncounted else { return }
        changes.review(.breachUncounted, of: record)
        changes.evidence.add(
            record.chain.append(
                "review.opened",
                at: now,
                actor: Self.actor,
                clientID: record.clientID,
                body: JSONWriter.text { $0.member("kind", ReviewKind.breachUncounted.rawValue) }
            )
        )
    }

    /// Our own time for telling a client ends earlier where it turns out that it had begun earlier; never later, and not once it is over.
    ///
    /// - Returns: whether it does.
    private mutating func hasten(
        _ record: inout CaseFileRecord,
        _ client: Client,
        _ part: IncidentPicture.Part,
        _ picture: IncidentPicture
    ) -> Bool {
        guard let before = due[record.id], !record.state.isFinal,
            let deadline = opening(client, part, picture, changes.policy(of: record)).deadlines.first,
            let after = deadline.due, after < before.addingTimeInterval(-1)
        else { return false }
        changes.deadlines.change(deadline, subject: record.id)
        changes.evidence.add(
            record.chain.append(
                "notice.hastened",
                at: now,
                actor: Self.actor,
                clientID: client.id,
                body: JSONWriter.text { body in
                    body.member("aware_at", part.awareAt)
                    body.member("due_at", after)
                    body.member("before", before)
                    body.member("rule", deadline.rule.id)
                    body.member("article", deadline.rule.source)
                }
            )
        )
        return true
    }

    /// A client that was told before.
    mutating func follow(
        _ id: UUID,
        _ client: Client,
        _ content: NoticeContent,
        _ part: IncidentPicture.Part,
        _ picture: IncidentPicture
    ) throws {
        advanced.append(id)
        guard var record = records[id], let before = contents[id], before.kind != .withdrawn else {
            return
        }
        let isHastened = hasten(&record, client, part, picture)
        var content = content
        if picture.ending == .falseAlarm {
            content.list = nil
            withdrawLists(of: id)
        } else {
            content.list = try peopleList(part, of: &record, client)
        }
        // Nobody becomes aware later than they were.
        content.awareAt = min(content.awareAt, before.awareAt)
        // Of its own part nothing has changed: an empty message would say that somebody else's has.
        guard let next = content.following(before, ending: picture.ending) else {
            guard isHastened else { return }
            records[id] = record
            changed.append(id)
            return
        }
        guard !record.state.isFinal else {
            // A phase that came when everything had been said: a person tells it.
            changes.evidence.add(
                record.chain.append(
                    "notice.too_late",
                    at: now,
                    actor: Self.actor,
                    clientID: client.id,
                    body: JSONWriter.text { body in
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
        call(part, &record)
        records[id] = record
        changed.append(id)
    }

    // MARK: Lists of people

    /// Where the client gets the list of its people: a new list where phases have named some that are in none before. It is put together
    /// by the export worker, and nothing waits for that. Nil where nobody has said who they are.
    private mutating func peopleList(
        _ part: IncidentPicture.Part,
        of record: inout CaseFileRecord,
        _ client: Client
    ) throws -> NoticeContent.PeopleList? {
        let before = lists[record.id] ?? []
        let added = part.people.filter { people in !before.contains { $0.list.phases.contains(people.phase) } }
        guard !added.isEmpty else {
            return before.last.flatMap { $0.state == .expired ? nil : NoticeContent.PeopleList($0) }
        }
        let list = BreachPeopleRecord(
            number: (before.last?.list.number ?? 0) + 1,
            of: record.id,
            clientID: client.id,
            phases: added.map(\.phase).reduce(into: []) { if !$0.contains($1) { $0.append($1) } },
            at: now
        )
        // Of a case that has ended it is in nobody's hands but a person's.
        guard !record.state.isFinal else { return NoticeContent.PeopleList(number: list.number, export: list.id) }
        try file.keep(list, people: added)
        changes.evidence.add(
            record.chain.append(
                "people_list.made",
                at: now,
                actor: Self.actor,
                clientID: client.id,
                body: JSONWriter.text { body in
                    body.member("export", list.id)
                    body.member("number", list.number)
                    body.member("phases", list.phases.map { "\($0)" })
                }
            )
        )
        changes.wakeUps.wake(.export, for: record.id)
        return NoticeContent.PeopleList(number: list.number, export: list.id)
    }

    /// Of a false alarm nobody gets a list: whoever puts it together ends what there is of it.
    private mutating func withdrawLists(of id: UUID) {
        guard lists[id]?.isEmpty == false else { return }
        withdrawn.append(id)
        changes.wakeUps.wake(.export, for: id)
    }

    private mutating func keep(_ content: NoticeContent, in record: inout CaseFileRecord, _ client: Client) throws {
        let entry = try file.keep(content, of: record.id, clientID: client.id, phase: incident.phase)
        changes.evidence.add(
            record.chain.append(
                NoticeFile.Entry.fact,
                at: now,
                actor: Self.actor,
                clientID: client.id,
                body: JSONWriter.text { entry.write(to: &$0) }
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
                body: JSONWriter.text { body in
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
        if !withdrawn.isEmpty { statements.append(BreachPeopleRecord.withdraw(withdrawn, at: now)) }
        statements += file.statements + changes.statements + [incident.spreading] + outbox.statements
        return (statements, outbox.rows)
    }
}

extension NoticeContent.PeopleList {
    init(_ standing: BreachPeopleRecord.Standing) {
        self.init(number: standing.list.number, export: standing.list.id, sha256: standing.sha256)
    }
}
