import Crypto
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// One step of bringing an incident to people whose data the vendor itself controls: gathers what is to be written. No input or output.
struct PeopleTurn {
    private static let actor = "\(WorkQueue.breach)"

    private let incident: IncidentRecord
    private let ring: KeyRing
    private let now: Date
    private var changes: CaseChanges
    private var files = CaseFileWrites()
    private var people: [BreachPersonRecord] = []
    private var words: (id: UUID, stored: [UInt8], digest: String)?
    private var secrets = SecretWrites(lookupKeyID: "")
    private var progress: OwnPeopleRecord?

    init(_ incident: IncidentRecord, registry: Registry, ring: KeyRing, at now: Date) {
        self.incident = incident
        self.ring = ring
        self.now = now
        changes = CaseChanges(at: now, registry: registry)
    }

    /// What all of this step are told.
    mutating func say(_ content: NoticeContent) {
        let stored = content.stored
        words = (UUID.version7(at: now), stored, Hex.text(SHA256.hash(data: stored)))
    }

    /// A person who has no case yet.
    mutating func open(_ entry: NamedPeople.Entry, _ picture: IncidentPicture) throws {
        guard let words, let lookup = entry.lookups.first else { return }
        let registry = changes.registry
        let profile = registry.publisher(id: incident.publisherID)?.profile ?? "default"
        var record = CaseFileRecord(
            id: UUID.version7(at: now),
            opening: CaseOpening(personalNoticeOf: picture, receivedAt: now),
            client: nil,
            profile: registry.policy(profile: profile, client: nil, at: now).profile,
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
                clientID: nil,
                body: JSONWriter.text { body in
                    body.member("incident", incident.id)
                    body.member("person", Hex.text(lookup))
                    body.member("sha256", words.digest)
                    body.member("article", "GDPR Art. 34(1)")
                }
            )
        )
        secrets.add(
            event: record.id,
            about: record.id,
            type: BreachPersonRecord.personType,
            receivedAt: now,
            secret: try SealedPayload(sealing: entry.person.stored, for: record.id, with: ring)
        )
        changes.wakeUps.wake(.breach, for: record.id)
        files.open(record)
        people.append(
            BreachPersonRecord(caseID: record.id, incidentID: incident.id, lookup: lookup, contentID: words.id)
        )
    }

    /// Each who was named has a case now, or is counted: a person is called for those who cannot be written to.
    mutating func finish(_ incident: inout IncidentRecord, _ named: NamedPeople) {
        progress = OwnPeopleRecord(
            incidentID: incident.id,
            phases: incident.phases.count,
            named: named.count,
            unaddressed: named.unaddressed,
            unreadable: named.unreadable
        )
        changes.evidence.add(
            incident.chain.append(
                "incident.people_named",
                at: now,
                actor: Self.actor,
                clientID: nil,
                body: JSONWriter.text { body in
                    body.member("phase", incident.phase)
                    body.member("people", named.count)
                    body.member("without_address", named.unaddressed)
                    body.member("unreadable", named.unreadable)
                }
            )
        )
        if named.unaddressed > 0 || named.unreadable > 0 {
            changes.review(.peopleUnreached, ofIncident: incident.id, publisher: incident.publisherID)
        }
    }

    func finished(_ incident: IncidentRecord, machineNow: Date) throws -> (statements: [SQL], outgoing: [OutboxRow]) {
        var outbox = OutboxWrites()
        for row in changes.outcomes + changes.wakeUps.rows(at: now) {
            var row = row
            row.createdAt = machineNow
            outbox.add(row)
        }
        var secrets = secrets
        if let words, !people.isEmpty {
            secrets.add(
                event: words.id,
                about: incident.id,
                type: BreachPersonRecord.contentType,
                receivedAt: now,
                secret: try SealedPayload(sealing: words.stored, for: words.id, with: ring)
            )
        }
        var statements = files.statements
        if !people.isEmpty { statements.append(BreachPersonRecord.insert(people)) }
        if let progress { statements.append(progress.upsert) }
        statements += secrets.statements + changes.statements + [incident.spreading] + outbox.statements
        return (statements, outbox.rows)
    }
}
