import AMQP
import Foundation
import Ledger
import Logging
import Observability
import Postgres
import Rights
import ServiceLifecycle
import TestKit
import Testing

@testable import Fleet

/// A migrated database with cases, targets and effects, and those who work on them, each under a login that has only its own role.
///
/// There is no broker: a courier takes hints from the outbox to the handlers, as dispatcher, broker and consumer do together.
struct EffectFixture: Sendable {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// As the owner of the schema, for preparing and for looking.
    let owner: PostgresPool
    let worker: PostgresPool
    let clock: PostgresPool
    let intake: PostgresPool
    let operators: PostgresPool
    let ring: KeyRing
    let registry: RegistryCache
    let dispatcher: OutboxDispatcher
    let metrics = MetricsRegistry()
    let release: EffectRelease
    private let logins: [String]

    static func with(clients: Int = 1, _ body: (EffectFixture) async throws -> Void) async throws {
        let fixture = try await EffectFixture(try Database.current, clients: clients)
        do {
            try await body(fixture)
            try await fixture.close()
        } catch {
            try await fixture.close()
            throw error
        }
    }

    private init(_ configuration: PostgresConfiguration, clients: Int) async throws {
        owner = PostgresPool(configuration: configuration, size: 4, logger: Self.quiet)
        let suffix = UUID().uuidString.lowercased().filter { $0 != "-" }
        let roles = ["referral", "clock", "intake", "operator"]
        logins = roles.map { "\($0)_\(suffix)" }
        let names = logins
        let registry = try await owner.withConnection { connection in
            try await Migrator.ledger().up(connection)
            for (role, login) in zip(roles, names) {
                try await connection.execute("CREATE ROLE \(login) LOGIN PASSWORD '\(login)' IN ROLE habeas_\(role)")
            }
            try await connection.execute(
                """
                UPDATE habeas.installation SET play = true;
                INSERT INTO habeas.client (id, country, time_zone)
                  SELECT 'c' || n, 'DE', 'Europe/Berlin' FROM generate_series(0, \(clients - 1)) n;
                INSERT INTO habeas.publisher (id, broker_user, profile, clients, event_types, source_prefixes)
                  VALUES ('desk', 'desk-user', 'kustomer', '{*}', '{*}', '{/desk}');
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
            return try await Registry.load(on: connection)
        }
        self.registry = RegistryCache(registry)
        func pool(_ login: String, _ size: Int) -> PostgresPool {
            PostgresPool(configuration: Self.login(login, configuration), size: size, logger: Self.quiet)
        }
        worker = pool(logins[0], 10)
        clock = pool(logins[1], 2)
        intake = pool(logins[2], 4)
        operators = pool(logins[3], 1)
        ring = try KeyRing(parsing: KeyRing.newFile())
        // Not running: what it is handed stays with it, and the table says what would leave.
        dispatcher = OutboxDispatcher(
            publisher: AMQPPublisher(
                configuration: try AMQPConfiguration(url: "amqp://nobody:x@127.0.0.1:1/"),
                logger: Self.quiet
            ),
            pool: worker,
            metrics: OutboxMetrics(MetricsRegistry()),
            logger: Self.quiet
        )
        release = EffectRelease(
            pool: clock,
            dispatcher: dispatcher,
            interval: .milliseconds(20),
            metrics: metrics,
            logger: Self.quiet
        )
    }

    private static func login(_ name: String, _ configuration: PostgresConfiguration) -> PostgresConfiguration {
        var own = configuration
        own.keywords["user"] = name
        own.keywords["password"] = name
        return own
    }

    private func close() async throws {
        for pool in [worker, clock, intake, operators] { await pool.shutdown() }
        try await owner.withConnection { connection in
            for login in logins { _ = try await connection.query("DROP ROLE \(identifier: login)") }
        }
        await owner.shutdown()
    }

    /// The worker's own way to the database, for proxies and pools of a test's own.
    var workerConfiguration: PostgresConfiguration { worker.configuration }

    /// The folder that comes with the project.
    static let deploy = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/deploy"

    // MARK: Preparing

    /// Opens cases that are to be referred to their client; returns their ids.
    @discardableResult
    func cases(_ count: Int, client: Int = 0) async throws -> [UUID] {
        let seed = CaseSeed(registry: registry.current, ring: ring)
        var ids: [UUID] = []
        for start in stride(from: 0, to: count, by: 50) {
            var statements: [SQL] = []
            for _ in start..<min(start + 50, count) {
                let event = """
                    {"specversion":"1.0","id":"\(UUID())","source":"/desk","type":"io.habeas.request.submitted.v1","data":{\
                    "channel":"form","submitted_time":"\(EventTime.text(Date()))","submitted_by":"subject","client":"c\(client)",\
                    "relationship":"end_user","right":"access","regulation":"gdpr","session_verified":true,\
                    "subjects":[{"identities":[{"type":"email","value":"p\(UUID())@example.com"}]}]}}
                    """
                let (id, more) = try seed.open(event, publisher: "desk", at: Date())
                ids.append(id)
                statements += more
            }
            let written = statements
            try await owner.withConnection { connection in
                _ = try await connection.transaction { try await $0.pipeline(written) }
            }
        }
        return ids
    }

    /// Targets of client `c0`, or shared ones.
    func targets(_ ids: [String], inFlight: Int = 4, perSecond: Double? = nil, shared: Bool = false) async throws {
        _ = try await owner.withConnection {
            try await $0.query(
                """
                INSERT INTO habeas.target (id, client_id, in_flight, per_second)
                SELECT id, \(shared ? String?.none : "c0"), \(Int32(inFlight)), \(perSecond) FROM unnest(\(ids)::text[]) AS id
                """
            )
        }
    }

    /// Plans effects as a worker does, each of the cases in turn, and returns their ids in order.
    @discardableResult
    func plan(
        _ count: Int,
        of cases: [UUID],
        to target: String,
        client: Int = 0,
        kind: EffectKind = .clientReferral,
        waitsOnHold: Bool = false,
        attemptsAllowed: Int = 5,
        notBefore: Date? = nil
    ) async throws -> [UUID] {
        var ids: [UUID] = []
        for start in stride(from: 0, to: count, by: 500) {
            var writes = EffectWrites()
            for index in start..<min(start + 500, count) {
                let effect = PlannedEffect(
                    kind,
                    of: .referral,
                    to: target,
                    case: cases[index % cases.count],
                    clientID: "c\(client)",
                    waitsOnHold: waitsOnHold,
                    attemptsAllowed: attemptsAllowed,
                    notBefore: notBefore,
                    at: Date()
                )
                writes.plan(effect, at: Date())
                ids.append(effect.id)
            }
            let statements = writes.statements
            try await worker.withConnection { connection in
                _ = try await connection.transaction { try await $0.pipeline(statements) }
            }
        }
        return ids
    }

    /// What an event makes of cases, in one transaction, as intake writes it.
    func act(_ event: CaseEvent, on ids: [UUID]) async throws {
        let registry = registry.current
        _ = try await intake.withTransaction { connection in
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
                guard case .apply(let transition) = record.machine.verdict(on: event) else { continue }
                changes.apply(transition, to: &record, waited: &pauses[record.id, default: []], actor: "test") { _, _ in
                    "{}"
                }
                files.change(record)
            }
            return try await connection.pipeline(files.statements + changes.statements)
        }
    }

    // MARK: Working

    func claim(
        _ performer: ScriptedPerformer = ScriptedPerformer(),
        pace: CallPace? = nil
    ) -> EffectClaim<ScriptedPerformer> {
        EffectClaim(.referral, performer: performer, pace: pace)
    }

    func work(_ planner: ScriptedPlanner = ScriptedPlanner(), pace: CallPace? = nil) -> CaseWork<ScriptedPlanner> {
        CaseWork(.referral, planner: planner, registry: registry, pace: pace)
    }

    /// Claims and returns the leases.
    func take(_ ids: [UUID], _ performer: ScriptedPerformer = ScriptedPerformer()) async throws -> [EffectLease] {
        try await worker.withConnection { try await claim(performer).take(ids, on: $0).claimed.map(\.lease) }
    }

    /// Lets everything go that may, as the clock does, and returns what lies released now.
    @discardableResult
    func letGo() async throws -> [UUID] {
        while try await release.once() {}
        return try await ids("SELECT id FROM habeas.effect WHERE state = 'released' ORDER BY id")
    }

    /// Enters what came of leases.
    @discardableResult
    func enter(
        _ verdict: AttemptVerdict,
        of leases: [EffectLease],
        _ planner: ScriptedPlanner = ScriptedPlanner(),
        endedAt: Date = Date()
    ) async throws -> [OutboxRow] {
        let attempts = leases.map {
            EffectAttempt($0, verdict, startedAt: endedAt, endedAt: endedAt, worker: "test")
        }
        return try await worker.withConnection {
            try await work(planner).run(leases.compactMap(\.effect.caseID), attempts: attempts, on: $0)
        }
    }

    /// Ends every lease that is given, and every hint's time, without waiting for it.
    func outlive() async throws {
        _ = try await owner.withConnection {
            try await $0.query(
                "UPDATE habeas.effect SET next_attempt_at = now() - interval '1 second' WHERE state IN ('leased', 'released')"
            )
        }
    }

    /// Makes what waits for a later time due. Passes over what others have in hand: a row that it waited for and then does not
    /// change stays locked for its statement's time, and a claim would pass over that.
    func hurry() async throws {
        _ = try await owner.withConnection {
            try await $0.query(
                """
                UPDATE habeas.effect SET next_attempt_at = now() WHERE id IN (
                  SELECT id FROM habeas.effect WHERE state IN ('planned', 'retrying') AND next_attempt_at > now() FOR UPDATE SKIP LOCKED)
                """
            )
        }
    }

    // MARK: Looking

    func count(_ sql: SQL) async throws -> Int {
        try await owner.withConnection { try await $0.query(sql).only.decode(0, as: Int.self) }
    }

    func text(_ sql: SQL) async throws -> [String] {
        try await owner.withConnection { try await $0.query(sql).decode(as: String.self) }
    }

    func ids(_ sql: SQL) async throws -> [UUID] {
        try await owner.withConnection { try await $0.query(sql).decode(as: UUID.self) }
    }

    /// How many effects are in each state.
    func states() async throws -> [String: Int] {
        let rows = try await owner.withConnection {
            try await $0.query("SELECT state, count(*) FROM habeas.effect GROUP BY state").decode(String.self, Int.self)
        }
        return Dictionary(rows, uniquingKeysWith: +)
    }

    func effect(_ id: UUID) async throws -> EffectRecord {
        try await owner.withConnection {
            try EffectRecord(
                row: try await $0.query("SELECT \(EffectRecord.columns) FROM habeas.effect WHERE id = \(id)").only
            )
        }
    }

    func target(_ id: String) async throws -> TargetRecord {
        try await owner.withConnection { try TargetRecord(row: try await $0.query(TargetRecord.reading([id])).only) }
    }

    /// The facts of one case, in order.
    func facts(_ id: UUID) async throws -> [String] {
        try await text("SELECT fact FROM habeas.evidence WHERE chain_id = \(id) ORDER BY seq")
    }

    func brokenChains() async throws -> [String] {
        try await owner.withConnection { try await BrokenChains.find(on: $0) }
    }
}
