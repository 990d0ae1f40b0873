import AMQP
import Clock
import Fleet
import Foundation
import Ledger
import Logging
import Observability
import Postgres
import Rights
import TestKit
import Testing

/// A migrated database whose domain time a test may move, and the clock's parts at work on it under its own role.
struct ClockFixture: Sendable {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// As the owner of the schema, for preparing and for looking.
    let owner: PostgresPool
    /// As a login that has only what the clock's role has.
    let pool: PostgresPool
    let ring: KeyRing
    let registry: RegistryCache
    let expiry: EarlyEventExpiry
    let housekeeping: Housekeeping
    let letters: DeadLetterHandler

    static func with(_ body: (ClockFixture) async throws -> Void) async throws {
        let login = "clock_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        let fixture = try await ClockFixture(try Database.current, login)
        do {
            try await body(fixture)
            try await fixture.close(login)
        } catch {
            try await fixture.close(login)
            throw error
        }
    }

    private init(_ configuration: PostgresConfiguration, _ login: String) async throws {
        owner = PostgresPool(configuration: configuration, size: 2, logger: Self.quiet)
        let registry = try await owner.withConnection { connection in
            try await Migrator.ledger().up(connection)
            try await connection.execute(
                """
                CREATE ROLE \(login) LOGIN PASSWORD '\(login)' IN ROLE habeas_clock;
                UPDATE habeas.installation SET play = true;
                INSERT INTO habeas.client (id) VALUES ('acme');
                INSERT INTO habeas.publisher (id, broker_user, profile, clients, event_types, source_prefixes)
                  VALUES ('desk', 'desk-user', 'kustomer', '{*}', '{*}', '{/desk}');
                """
            )
            return try await Registry.load(on: connection)
        }
        self.registry = RegistryCache(registry)
        var own = configuration
        own.keywords["user"] = login
        own.keywords["password"] = login
        pool = PostgresPool(configuration: own, size: 6, logger: Self.quiet)
        ring = try KeyRing(parsing: KeyRing.newFile())
        let publisher = AMQPPublisher(
            configuration: try AMQPConfiguration(url: "amqp://nobody:x@127.0.0.1:1/"),
            logger: Self.quiet
        )
        // Not running: what it is handed stays with it, and the table says what would leave.
        let dispatcher = OutboxDispatcher(
            publisher: publisher,
            pool: pool,
            metrics: OutboxMetrics(MetricsRegistry()),
            logger: Self.quiet
        )
        expiry = EarlyEventExpiry(
            pool: pool,
            ring: ring,
            registry: self.registry,
            dispatcher: dispatcher,
            holidays: .unknown
        )
        housekeeping = Housekeeping(pool: pool, expiry: expiry, logger: Self.quiet)
        letters = DeadLetterHandler(queue: Topology.parked, ring: ring, registry: self.registry, holidays: .unknown)
    }

    private func close(_ login: String) async throws {
        await pool.shutdown()
        _ = try await owner.withConnection { try await $0.query("DROP ROLE \(identifier: login)") }
        await owner.shutdown()
    }

    // MARK: Acting

    /// Moves domain time, counted from the machine's.
    func goAhead(hours: Int) async throws {
        _ = try await owner.withConnection {
            try await $0.query(
                "UPDATE habeas.installation SET play_offset = \(Duration.seconds(hours * 3_600))::interval"
            )
        }
    }

    /// Lets an event wait, as intake does.
    func wait(_ type: EventType, ref: String? = "r", caseID: UUID? = nil, body: String, key: [UInt8]) async throws {
        let id = UUID.version7(at: Date())
        let event = EarlyEventRecord(
            id: id,
            publisherID: "desk",
            requestRef: ref,
            caseID: caseID,
            eventType: type.rawValue,
            dedupeKey: key,
            receivedAt: Date(),
            secret: try SealedPayload(sealing: Array(body.utf8), for: id, with: ring)
        )
        _ = try await owner.withConnection { connection in
            try await connection.pipeline([
                EarlyEvents.insert([event]),
                """
                INSERT INTO habeas.inbox (dedupe_key, content_digest, publisher_id, event_id, event_type, received_at)
                VALUES (\(key), \(key), 'desk', 'e', \(type.rawValue), now()) ON CONFLICT DO NOTHING
                """,
            ])
        }
    }

    static func letter(_ body: String, type: String = "io.habeas.request.submitted.v1", user: String? = "desk-user")
        -> Delivery
    {
        var properties = Properties()
        properties.userID = user
        return Delivery(
            tag: DeliveryTag(generation: 1, tag: 1),
            exchange: Topology.parked,
            routingKey: type,
            redelivered: true,
            properties: properties,
            body: Array(body.utf8),
            announcedSize: body.utf8.count
        )
    }

    func store(_ deliveries: [Delivery]) async throws {
        let items = try await letters.prepare(deliveries)
        _ = try await pool.withConnection { try await letters.commit(items, on: $0) }
    }

    // MARK: Looking

    func count(_ sql: SQL) async throws -> Int {
        try await owner.withConnection { try await $0.query(sql).only.decode(0, as: Int.self) }
    }

    func text(_ sql: SQL) async throws -> [String] {
        try await owner.withConnection { try await $0.query(sql).decode(as: String.self) }
    }

    /// What the parked messages hold, opened.
    func opened() async throws -> [String] {
        try await owner.withConnection { connection in
            let rows = try await connection.query(
                "SELECT id, kek_id, wrapped_key, payload FROM habeas.parked_message WHERE payload IS NOT NULL ORDER BY id"
            ).decode(UUID.self, String.self, [UInt8].self, [UInt8].self)
            return try rows.map { id, kek, wrapped, payload in
                let secret = SealedPayload(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: payload)
                return String(decoding: try secret.opened(for: id, with: ring), as: UTF8.self)
            }
        }
    }

    /// Parked messages whose chain does not hold, and chains without their parked message.
    func brokenChains() async throws -> [String] {
        try await owner.withConnection { connection in
            var checks: [UUID: EvidenceCheck] = [:]
            for row in try await connection.query(
                """
                SELECT chain_id, seq, chain_kind, client_id, at, fact, actor, body, prev, hash FROM habeas.evidence ORDER BY chain_id, seq
                """
            ) {
                let (chain, sequence, kind, client, at, fact, actor, body, previous, hash) = try row.decode(
                    UUID.self,
                    Int.self,
                    String.self,
                    String?.self,
                    Date.self,
                    String.self,
                    String.self,
                    String.self,
                    [UInt8].self,
                    [UInt8].self
                )
                checks[chain, default: EvidenceCheck()].follow(
                    EvidenceRow(
                        stored: chain,
                        sequence: sequence,
                        chainKind: kind,
                        clientID: client,
                        at: at,
                        fact: fact,
                        actor: actor,
                        body: body,
                        previous: previous,
                        hash: hash
                    )
                )
            }
            var orphans = Set(checks.keys)
            for row in try await connection.query("SELECT id, evidence_seq, evidence_head FROM habeas.parked_message") {
                let (id, sequence, head) = try row.decode(UUID.self, Int.self, [UInt8].self)
                checks[id, default: EvidenceCheck()].end(atSequence: sequence, head: head)
                orphans.remove(id)
            }
            return checks.values.compactMap { $0.fault?.description } + orphans.map { "\($0) has no parked message" }
        }
    }
}

/// Waits until `condition` holds; an issue is recorded if it does not in time.
func expectSoon(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: @Sendable () async throws -> Bool
) async throws {
    let holds = try await eventually(condition)
    #expect(holds, sourceLocation: sourceLocation)
}
