package import Fleet
import FoundationEssentials
import Ledger
package import Postgres
import Rights

/// Looks for many access requests from one publisher, or about one person, and calls a person (A6). The requests' clocks run on;
/// copies that were not begun wait for that person's word, each with a fact that says so, and nobody is refused without it.
///
/// A case's id begins with the time it was made, so that the window is a range of the primary key and needs no index of its own.
package struct HarvestLook: Sendable {
    /// Cases that one look reads at most, the newest of the window.
    private static let bound = 200_000
    /// Reviews that one look opens at most; the next one goes on.
    private static let most = 50
    private static let rights = ExportWait.rights.map(\.rawValue)

    private struct Found {
        let source: HarvestSource
        let publisher: String
        let requests: Int
        let setting: Profile.HarvestSetting
    }

    private let pool: PostgresPool
    private let registry: RegistryCache

    package init(pool: PostgresPool, registry: RegistryCache) {
        self.pool = pool
        self.registry = registry
    }

    /// One look; returns how many reviews it opened.
    package func look() async throws -> Int {
        try await pool.withConnection { connection in
            try await connection.transaction { try await self.look(on: $0) }
        }
    }

    private func look(on connection: PostgresConnection) async throws -> Int {
        // One copy at a time; whoever comes second finds the work done by the first.
        let results = try await connection.pipeline([
            "SELECT pg_try_advisory_xact_lock(hashtext('habeas.harvest')), habeas.domain_now()",
            "SELECT id FROM habeas.publisher",
        ])
        let (isMine, now) = try results[0].only.decode(Bool.self, Date.self)
        let publishers = try results[1].decode(as: String.self)
        guard isMine, !publishers.isEmpty else { return 0 }
        let settings = settings(of: publishers, at: now)
        let found = try await suspects(publishers, settings, at: now, on: connection)
        guard !found.isEmpty else { return 0 }
        return try await call(found, at: now, on: connection)
    }

    private func settings(of publishers: [String], at now: Date) -> [Profile.HarvestSetting] {
        let registry = registry.current
        return publishers.map { id in
            let publisher = registry.publisher(id: id)
            let profile = publisher?.profile ?? "default"
            // A rule of use binds by the contract of the client it is about (A9); whoever speaks for several has no one term.
            let client = publisher.flatMap { $0.clients.count == 1 ? registry.client($0.clients[0]) : nil }
            return registry.usePolicy(profile: profile, client: client, at: now)?.harvest
                ?? registry.policy(profile: profile, client: nil, at: now).profile.harvest
        }
    }

    // MARK: Finding

    private func suspects(
        _ publishers: [String],
        _ settings: [Profile.HarvestSetting],
        at now: Date,
        on connection: PostgresConnection
    ) async throws -> [Found] {
        let longest = settings.map(\.hours).max() ?? 0
        // Ids are made a moment before their transaction begins.
        let since = now.addingTimeInterval(Double(-longest) * 3_600 - 60)
        let rows = try await connection.query(
            """
            WITH setting AS (
              SELECT * FROM unnest(\(publishers)::text[], \(settings.map { Int32($0.requests) })::int4[],
                \(settings.map { Int32($0.hours) })::int4[]) AS s (publisher_id, requests, hours)
            ), recent AS MATERIALIZED (
              SELECT c.id, c.publisher_id, s.requests, s.hours
                FROM (SELECT id, publisher_id, right_asked, kind, received_at FROM habeas.case_file
                       WHERE id >= \(UUID.first(at: since)) ORDER BY id DESC LIMIT \(Self.bound)) AS c
                JOIN setting s ON s.publisher_id = c.publisher_id
               WHERE c.kind = 'request' AND c.right_asked = ANY(\(Self.rights)::text[])
                 AND c.received_at > \(now) - make_interval(hours => s.hours)
            ), source AS (
              SELECT publisher_id, NULL::bytea AS identity, publisher_id AS by, count(*)::int8 AS requests, min(hours) AS hours
                FROM recent GROUP BY publisher_id HAVING count(*) >= min(requests)
              UNION ALL
              SELECT NULL, i.lookup, min(r.publisher_id), count(DISTINCT r.id)::int8, max(r.hours)
                FROM recent r JOIN habeas.case_identity i ON i.case_id = r.id
               GROUP BY i.lookup HAVING count(DISTINCT r.id) >= min(r.requests)
            )
            SELECT publisher_id, identity, by, requests FROM source f
             WHERE NOT EXISTS (SELECT FROM habeas.review v WHERE v.case_id IS NULL
                                AND v.publisher_id IS NOT DISTINCT FROM f.publisher_id AND v.identity IS NOT DISTINCT FROM f.identity
                                AND (v.settled_at IS NULL OR v.opened_at > \(now) - make_interval(hours => f.hours)))
             ORDER BY requests DESC, publisher_id, identity LIMIT \(Self.most)
            """
        ).decode(String?.self, [UInt8]?.self, String.self, Int.self)
        let byPublisher = Dictionary(zip(publishers, settings)) { first, _ in first }
        return rows.compactMap { publisher, identity, by, requests in
            guard let setting = byPublisher[by],
                let source = publisher.map(HarvestSource.publisher) ?? identity.map(HarvestSource.identity)
            else { return nil }
            return Found(source: source, publisher: by, requests: requests, setting: setting)
        }
    }

    // MARK: Calling

    private func call(_ found: [Found], at now: Date, on connection: PostgresConnection) async throws -> Int {
        var chain = try ChainHeads.installation(row: try await connection.query(ChainHeads.lockingInstallation).only)
        let registry = registry.current
        var reviews = ReviewWrites()
        var deadlines = DeadlineWrites()
        var evidence = EvidenceWrites()
        for item in found {
            let profile = registry.publisher(id: item.publisher)?.profile ?? "default"
            guard let (rule, _) = registry.policy(profile: profile, client: nil, at: now).clock(.review) else {
                continue
            }
            let deadline = Deadline(rule, from: now, at: .unknown, atlas: registry.atlas)
            let id = reviews.open(harvestOf: item.source, deadline, at: now)
            deadlines.open(deadline, subject: id)
            var body = JSONWriter()
            body.object { body in
                body.member("review", id)
                body.member("kind", ReviewKind.harvest.rawValue)
                body.member("publisher", item.source.publisherID)
                body.member("identity", item.source.identity.map(Self.hex))
                body.member("requests", item.requests)
                body.member("hours", item.setting.hours)
                body.member("clause", item.setting.clause)
                body.member("due_at", deadline.due)
            }
            let text = String(decoding: body.bytes, as: UTF8.self)
            evidence.add(chain.append("review.opened", at: now, actor: "clock", clientID: nil, body: text))
        }
        guard let head = ChainHeads.write(chain) else { return 0 }
        _ = try await connection.pipeline(
            reviews.statements + deadlines.statements + evidence.statements + [head, "COMMIT"]
        )
        return found.count
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
