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
    let deadlines: DueDeadlines
    let housekeeping: Housekeeping
    let letters: DeadLetterHandler
    let metrics = MetricsRegistry()
    let reviews: ReviewLook
    let turns: WaitingTurns
    let holds: HoldLook

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
                INSERT INTO habeas.client (id, country, time_zone) VALUES ('acme', 'DE', 'Europe/Berlin');
                INSERT INTO habeas.publisher (id, broker_user, profile, clients, event_types, source_prefixes)
                  VALUES ('desk', 'desk-user', 'kustomer', '{*}', '{*}', '{/desk}'), ('kay', 'kay-user', 'kayako', '{*}', '{*}', '{/}');
                """
            )
            for (profile, text) in try PolicyFolder(path: Self.deploy).profiles() {
                _ = try await connection.query(
                    """
                    INSERT INTO habeas.profile (name, version, effective_from, body)
                    VALUES (\(profile.name), \(profile.version), \(profile.effectiveFrom.description)::text::date, \(text))
                    """
                )
            }
            for entry in try PolicyFolder(path: Self.deploy).holidays(of: "DE") where entry.code == "DE" {
                _ = try await connection.query(
                    """
                    INSERT INTO habeas.holiday_calendar (place, name, time_zone, first_year, last_year, days)
                    VALUES ('DE', \(entry.name), \(entry.zone), 2024, 2032, \(entry.calendar.days.map(\.description))::text[]::date[])
                    """
                )
            }
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
            dispatcher: dispatcher
        )
        let gate = OutageGate(pool: pool, logger: Self.quiet)
        deadlines = DueDeadlines(
            pool: pool,
            registry: self.registry,
            dispatcher: dispatcher,
            gate: gate,
            logger: Self.quiet
        )
        housekeeping = Housekeeping(pool: pool, expiry: expiry, logger: Self.quiet)
        turns = WaitingTurns(pool: pool, dispatcher: dispatcher, logger: Self.quiet)
        holds = HoldLook(pool: pool, dispatcher: dispatcher, interval: .milliseconds(20), logger: Self.quiet)
        reviews = ReviewLook(
            pool: pool,
            harvest: HarvestLook(pool: pool, registry: self.registry),
            metrics: metrics,
            logger: Self.quiet
        )
        letters = DeadLetterHandler(queue: Topology.parked, ring: ring, registry: self.registry)
    }

    private func close(_ login: String) async throws {
        await pool.shutdown()
        _ = try await owner.withConnection { try await $0.query("DROP ROLE \(identifier: login)") }
        await owner.shutdown()
    }

    /// The folder that comes with the project.
    static let deploy = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/deploy"

    // MARK: Acting

    /// Opens a case that was received `hours` from now; returns its id.
    @discardableResult
    func open(
        right: String = "access",
        relationship: String = "end_user",
        client: String? = "acme",
        publisher: String = "desk",
        more: String = "",
        email: String = "p@example.com",
        hours: Int = 0,
        linkedTo first: UUID? = nil
    ) async throws -> UUID {
        let now = Date(timeIntervalSinceNow: Double(hours) * 3_600)
        let named = client.map { #""client":"\#($0)","# } ?? ""
        let event = """
            {"specversion":"1.0","id":"\(UUID())","source":"/desk","type":"io.habeas.request.submitted.v1","data":{\(more)\
            "channel":"form","submitted_time":"\(EventTime.text(now))","submitted_by":"subject",\(named)\
            "relationship":"\(relationship)","right":"\(right)","regulation":"gdpr","session_verified":true,\
            "subjects":[{"identities":[{"type":"email","value":"\(email)"}]}]}}
            """
        return try await open(event: event, publisher: publisher, at: now, linkedTo: first)
    }

    /// Opens the case that an event opens at intake.
    func open(
        event: String,
        publisher: String = "desk",
        at now: Date = Date(),
        linkedTo first: UUID? = nil
    ) async throws -> UUID {
        let (id, statements) = try CaseSeed(registry: registry.current, ring: ring).open(
            event,
            publisher: publisher,
            at: now,
            linkedTo: first
        )
        _ = try await owner.withConnection { connection in
            try await connection.transaction { try await $0.pipeline(statements) }
        }
        return id
    }

    /// The machine did not allow it.
    struct NotNow: Error {}

    /// Does to a case what a worker or an event does.
    func act(_ event: CaseEvent, on id: UUID) async throws { try await act(event, on: [id]) }

    /// The same to many cases in one transaction.
    func act(_ event: CaseEvent, on ids: [UUID]) async throws {
        let registry = registry.current
        _ = try await owner.withConnection { connection in
            try await connection.transaction { connection in
                let rows = try await connection.pipeline([
                    "SELECT habeas.domain_now()", CaseFileRecord.locking(ids: ids), PauseWrites.reading(ids),
                ])
                var changes = CaseChanges(at: try rows[0].only.decode(0, as: Date.self), registry: registry)
                var pauses: [UUID: [Pause]] = [:]
                for row in rows[2] {
                    let (id, pause) = try PauseWrites.decode(row)
                    pauses[id, default: []].append(pause)
                }
                var files = CaseFileWrites()
                for row in rows[1] {
                    var record = try CaseFileRecord(row: row)
                    guard case .apply(let transition) = record.machine.verdict(on: event) else { throw NotNow() }
                    changes.apply(transition, to: &record, waited: &pauses[record.id, default: []], actor: "test") {
                        _,
                        _ in "{}"
                    }
                    files.change(record)
                }
                try await changes.settle(on: connection)
                var outbox = OutboxWrites()
                for row in changes.outcomes { outbox.add(row) }
                return try await connection.pipeline(files.statements + changes.statements + outbox.statements)
            }
        }
    }

    func state(_ id: UUID) async throws -> String {
        try await text("SELECT state FROM habeas.case_file WHERE id = \(id)").joined()
    }

    /// One round of the clock, as each copy makes them.
    func fireOnce() async throws {
        do { _ = try await deadlines.fire() } catch is RegistryChanged {}
    }

    /// Fires until nothing is due.
    @discardableResult
    func fire() async throws -> Int {
        var count = 0
        while true {
            do {
                let fired = try await deadlines.fire()
                if fired == 0 { return count }
                count += fired
            } catch is RegistryChanged {
                continue
            }
        }
    }

    /// Moves domain time, counted from the machine's.
    func goAhead(hours: Int) async throws { try await goAhead(minutes: hours * 60) }

    func goAhead(minutes: Int) async throws {
        _ = try await owner.withConnection {
            try await $0.query(
                "UPDATE habeas.installation SET play_offset = \(Duration.seconds(minutes * 60))::interval"
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

    /// The facts of one case, in order.
    func facts(_ id: UUID) async throws -> [String] {
        try await text("SELECT fact FROM habeas.evidence WHERE chain_id = \(id) ORDER BY seq")
    }

    /// The data of outcomes of a kind, in order.
    func outcomes(_ name: String) async throws -> [[String: Any]] {
        let bodies = try await owner.withConnection {
            try await $0.query(
                "SELECT body FROM habeas.outbox WHERE message_type = \("io.habeas.\(name).v1") ORDER BY created_at, id"
            ).decode(as: [UInt8].self)
        }
        return try bodies.map { body in
            let event = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
            return event?["data"] as? [String: Any] ?? [:]
        }
    }

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
        try await owner.withConnection { try await BrokenChains.find(on: $0) }
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
