import Crypto
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// A draft that was compared with the registry: whom it is told to, and that it may be. Inside a transaction.
struct NoticeSending {
    struct Recipient {
        let client: String
        /// Until when it may object, were it told today.
        let until: Date?
        let channels: [String]

        var json: JSONValue {
            [
                "client": .string(client), "objections_until": JSONValue(until),
                "channels": .array(channels.map { .string($0) }),
            ]
        }

        func add(to table: inout TextTable) {
            table.add(
                client,
                until?.short,
                channels.isEmpty ? "none: a person is called" : channels.joined(separator: ", ")
            )
        }
    }

    let recipients: [Recipient]
    private let draft: AnnouncementDraft
    private let publisher: Publisher
    private let pen: EvidencePen

    /// Checks everything before anything is written.
    init(_ draft: AnnouncementDraft, on connection: PostgresConnection) async throws {
        // Nobody registers or changes a client between this look and the commit.
        try await connection.query("SELECT pg_advisory_xact_lock_shared(hashtext('habeas.registry'))")
        let registry = try await Registry.load(on: connection)
        pen = try await EvidencePen(on: connection)
        let publishers = try await connection.query(
            "SELECT id FROM habeas.publisher WHERE revoked_at IS NULL ORDER BY id"
        ).decode(as: String.self)
        publisher = try Self.publisher(draft.publisher, among: publishers, registry)
        try await Self.check(draft.matter, registry, on: connection)
        let all = registry.allClients.map(\.id)
        for name in draft.clients where registry.client(name) == nil {
            let near = NearNames(to: name, among: all).names
            throw Failure(
                "clients",
                "names one that is not registered",
                near.isEmpty ? "see `habeas clients list`" : "perhaps \(near.joined(separator: ", ")) is meant"
            )
        }
        let gone = Set(try await connection.query(AnnouncementNoticeRecord.gone).decode(as: String.self))
        let clients = AnnouncementRecord.recipients(named: draft.clients, among: all, gone: gone)
            .compactMap(registry.client)
        guard !clients.isEmpty else {
            throw Failure("clients", "there is nobody to tell", "register them with `habeas clients apply`")
        }
        var recipients: [Recipient] = []
        var last: (day: CivilDate, client: String)?
        for client in clients {
            let until = ObjectionWindow.deadline(
                days: draft.windowDays,
                policy: registry.policy(profile: publisher.profile, client: client, at: pen.now),
                from: pen.now,
                at: client.place,
                atlas: registry.atlas
            )?.due
            recipients.append(Recipient(client: client.id, until: until, channels: client.channels.map(\.name)))
            let day = client.place.day(of: until ?? pen.now)
            if last.map({ day > $0.day }) ?? true { last = (day, client.id) }
        }
        if let last, draft.effectiveOn < last.day {
            throw Failure(
                "effective_from",
                "is before the window for objections of \(last.client) would end",
                "choose \(last.day) or later, or a shorter window"
            )
        }
        self.recipients = recipients
        self.draft = draft
    }

    private static func publisher(_ named: String?, among active: [String], _ registry: Registry) throws -> Publisher {
        guard let id = named ?? (active.count == 1 ? active[0] : nil) else {
            throw Failure(
                "publisher",
                active.isEmpty ? "none is registered" : "is missing, and there are several",
                active.isEmpty ? "register one with `habeas publishers apply`" : "name one of `habeas publishers list`"
            )
        }
        guard active.contains(id), let publisher = registry.publisher(id: id) else {
            throw Failure("publisher", "is not registered, or was revoked", "name one of `habeas publishers list`")
        }
        return publisher
    }

    private static func check(
        _ matter: AnnouncementRecord.Matter,
        _ registry: Registry,
        on connection: PostgresConnection
    ) async throws {
        switch matter {
        case .profile(let name, let version):
            let found = try await connection.query(
                "SELECT FROM habeas.profile WHERE name = \(name) AND version = \(Int32(version))"
            )
            guard found.isEmpty else { return }
            throw Failure(
                "profile",
                "has no such version",
                "apply it with `habeas policy apply`, with an effective_from of its own; see `habeas policy list`"
            )
        case .system(let id):
            guard let system = registry.systems.first(where: { $0.id == id }) else {
                throw Failure("system", "is not in the data map", "add it with `habeas systems apply`")
            }
            guard system.kind == .subprocessor else {
                throw Failure("system", "is no sub-processor in the data map", "name an entry of kind subprocessor")
            }
        case .none: return
        }
    }

    /// Writes the announcement, its words sealed, with the fact of who has made it, and wakes the worker.
    ///
    /// - Returns: its id.
    func write(with ring: KeyRing, on connection: PostgresConnection) async throws -> UUID {
        let words = draft.words.stored
        let announcement = AnnouncementRecord(
            draft.kind,
            about: draft.matter,
            publisherID: publisher.id,
            effectiveOn: draft.effectiveOn,
            windowDays: draft.windowDays,
            clients: draft.clients,
            digest: Hex.text(SHA256.hash(data: words)),
            at: pen.now
        )
        var secrets = SecretWrites(lookupKeyID: "")
        secrets.add(
            event: announcement.id,
            about: announcement.id,
            type: AnnouncementRecord.eventType,
            receivedAt: pen.now,
            secret: try SealedPayload(sealing: words, for: announcement.id, with: ring)
        )
        var chain = try await EvidenceChain.ofInstallation(on: connection)
        let fact = pen.append("notice.announced", to: &chain) { body in
            body.member("announcement", announcement.id)
            body.member("kind", announcement.kind)
            body.member("effective_on", announcement.effectiveOn.description)
            body.member("window_days", announcement.windowDays)
            body.member("sha256", announcement.digest)
            body.member("clients", recipients.count)
        }
        var wakeUps = WakeUps()
        wakeUps.wake(.breach, for: announcement.id)
        do {
            _ = try await connection.pipeline(
                [announcement.insert] + secrets.statements + fact
                    + (try await wakeUps.statements(at: pen.now, on: connection))
            )
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw Failure(
                "notice",
                "was sent before, with these words, this day and to these clients",
                "see `habeas notices list`"
            )
        }
        return announcement.id
    }
}
