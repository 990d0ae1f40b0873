import Crypto
package import FoundationEssentials
package import Postgres
package import Rights

/// A change of which clients are told; its words lie sealed under the same id. Whoever brings it to clients holds its lock.
package struct AnnouncementRecord: Sendable, Hashable {
    /// What it is about, where the fleet knows that.
    package enum Matter: Sendable, Hashable {
        /// A version of a statement.
        case profile(String, version: Int)
        /// An entry of the data map.
        case system(String)
        case none
    }

    package let id: UUID
    package let kind: AnnouncementKind
    /// Who is told that it was told, and under whose statement it goes out.
    package let publisherID: String
    package let matter: Matter
    package let effectiveOn: CivilDate
    /// Nil: as statements and agreements say.
    package let windowDays: Int?
    /// None named: everybody.
    package let clients: [String]
    /// SHA-256 of the words, hexadecimal.
    package let digest: String
    package let announcedAt: Date
    /// When each of its clients had a case; nil while that is being worked out.
    package let spreadAt: Date?

    /// The type under which the words are kept.
    package static let eventType = "habeas.announcement.v1"

    /// - Parameter digest: of ``AnnouncementWords/stored``.
    package init(
        _ kind: AnnouncementKind,
        about matter: Matter,
        publisherID: String,
        effectiveOn: CivilDate,
        windowDays: Int?,
        clients: [String],
        digest: String,
        at now: Date
    ) {
        id = UUID.version7(at: now)
        self.kind = kind
        self.matter = matter
        self.publisherID = publisherID
        self.effectiveOn = effectiveOn
        self.windowDays = windowDays
        self.clients = clients.sorted()
        self.digest = digest
        announcedAt = now
        spreadAt = nil
    }

    /// What ``init(row:)`` reads, of the table under the name `a`.
    private static let columns: SQL = """
        a.id, a.kind, a.publisher_id, a.profile, a.profile_version, a.system_id, a.effective_on::text, a.window_days, a.clients, a.digest,
        a.announced_at, a.spread_at
        """

    /// Reads and locks one.
    package static func locking(_ id: UUID) -> SQL {
        "SELECT \(columns) FROM habeas.announcement a WHERE a.id = \(id) FOR NO KEY UPDATE"
    }

    /// Those that these cases are about.
    package static func reading(of cases: [UUID]) -> SQL {
        """
        SELECT \(columns) FROM habeas.announcement a
         WHERE a.id IN (SELECT announcement_id FROM habeas.announcement_notice WHERE case_id = ANY(\(cases)::uuid[]))
        """
    }

    package init(row: Row) throws {
        let word: String
        let day: String
        let profile: String?
        let version: Int?
        let system: String?
        (
            id, word, publisherID, profile, version, system, day, windowDays, clients, digest, announcedAt, spreadAt
        ) = try row.decode(
            UUID.self,
            String.self,
            String.self,
            String?.self,
            Int?.self,
            String?.self,
            String.self,
            Int?.self,
            [String].self,
            String.self,
            Date.self,
            Date?.self
        )
        kind = try Stored.word(word, "announcement.kind")
        guard let date = CivilDate(iso: day) else { throw StoredWordError(column: "announcement.effective_on") }
        effectiveOn = date
        if let profile, let version {
            matter = .profile(profile, version: version)
        } else {
            matter = system.map { .system($0) } ?? .none
        }
    }

    package var insert: SQL {
        var profile: String?
        var version: Int32?
        var system: String?
        switch matter {
        case .profile(let name, let number):
            profile = name
            version = Int32(number)
        case .system(let id): system = id
        case .none: break
        }
        return """
            INSERT INTO habeas.announcement (id, kind, publisher_id, profile, profile_version, system_id, effective_on, window_days, clients,
              digest, announced_at, fingerprint)
            VALUES (\(id), \(kind.rawValue), \(publisherID), \(profile), \(version), \(system), \(effectiveOn.description)::text::date,
              \(windowDays.map { Int32($0) }), \(clients)::text[], \(digest), \(announcedAt), \(fingerprint))
            """
    }

    /// What no two announcements have in common: SHA-256 of what is told, from when and to whom. An index holds no list of clients.
    private var fingerprint: [UInt8] {
        let parts = [kind.rawValue, "\(matter)", effectiveOn.description, digest] + clients
        return Array(SHA256.hash(data: Array(parts.joined(separator: "\n").utf8)))
    }

    /// Who is told: those that were named, else everybody but clients that are gone.
    ///
    /// - Parameters:
    ///   - all: the ids of all clients.
    ///   - gone: see ``AnnouncementNoticeRecord/gone``.
    package func recipients(among all: [String], gone: Set<String>) -> [String] {
        Self.recipients(named: clients, among: all, gone: gone)
    }

    package static func recipients(named: [String], among all: [String], gone: Set<String>) -> [String] {
        (named.isEmpty ? all.filter { !gone.contains($0) } : named).sorted()
    }

    /// Every client has its case.
    package static func spread(_ id: UUID, at now: Date) -> SQL {
        "UPDATE habeas.announcement SET spread_at = \(now) WHERE id = \(id)"
    }
}
