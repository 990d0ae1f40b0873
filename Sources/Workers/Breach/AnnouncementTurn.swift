import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// One step of bringing an announcement to its clients: gathers what is to be written. No input or output.
struct AnnouncementTurn {
    private let announcement: AnnouncementRecord
    private let now: Date
    private var changes: CaseChanges
    private var files = CaseFileWrites()
    private var notices: [AnnouncementNoticeRecord] = []

    init(_ announcement: AnnouncementRecord, registry: Registry, at now: Date) {
        self.announcement = announcement
        self.now = now
        changes = CaseChanges(at: now, registry: registry)
    }

    /// A client that has no case yet.
    mutating func open(_ client: Client) {
        let registry = changes.registry
        let profile = registry.publisher(id: announcement.publisherID)?.profile ?? "default"
        let policy = registry.policy(profile: profile, client: client, at: now)
        let opening = CaseOpening(announcementTo: client, effectiveOn: announcement.effectiveOn, receivedAt: now)
        var record = CaseFileRecord(
            id: UUID.version7(at: now),
            opening: opening,
            client: client,
            profile: policy.profile,
            publisherID: announcement.publisherID,
            requestRef: nil,
            subjectIndex: 0,
            groupID: nil,
            reference: nil,
            receivedAt: now
        )
        var body = JSONWriter(capacity: 256)
        body.object { body in
            body.member("announcement", announcement.id)
            body.member("kind", announcement.kind)
            body.member("effective_on", announcement.effectiveOn.description)
            body.member("sha256", announcement.digest)
        }
        changes.evidence.add(
            record.chain.append(
                "notice.opened",
                at: now,
                actor: "\(WorkQueue.breach)",
                clientID: client.id,
                body: String(decoding: body.bytes, as: UTF8.self)
            )
        )
        for deadline in opening.deadlines { changes.deadlines.open(deadline, case: record.id, clientID: client.id) }
        changes.wakeUps.wake(.breach, for: record.id)
        files.open(record)
        notices.append(
            AnnouncementNoticeRecord(caseID: record.id, clientID: client.id, announcementID: announcement.id)
        )
    }

    func finished(machineNow: Date) -> (statements: [SQL], outgoing: [OutboxRow]) {
        guard !notices.isEmpty else { return ([], []) }
        var outbox = OutboxWrites()
        for row in changes.wakeUps.rows(at: now) {
            var row = row
            row.createdAt = machineNow
            outbox.add(row)
        }
        let statements = files.statements + [AnnouncementNoticeRecord.insert(notices)] + changes.statements
        return (statements + outbox.statements, outbox.rows)
    }
}
