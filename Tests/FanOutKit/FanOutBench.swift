import AMQP
import Clock
package import Fleet
package import Foundation
import Intake
package import Ledger
package import Logging
import Observability
package import Postgres
package import Rights
package import TestKit
import Testing

/// Intake, clock and one worker that acts at systems on one migrated database, each under a login that has only its own role. There
/// is no broker: the bench carries messages from the outbox to whom they are for.
package struct FanOutBench<Planner: EffectPlanner, Performer: EffectPerformer, Peers: Sendable>: Sendable {
    package static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
    /// The folder that comes with the project.
    package static var deploy: String {
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/deploy"
    }

    /// As the owner of the schema, for preparing and for looking.
    package let owner: PostgresPool
    package let worker: PostgresPool
    package let intake: PostgresPool
    package let clock: PostgresPool
    package let ring: KeyRing
    package let registry: RegistryCache
    package let peers: Peers
    package let performer: Performer
    package let work: CaseWork<Planner>
    package let receiver: SealedReceiver
    /// Other workers, which take part in ``settle(performing:)``.
    package var mates: [any BenchMate] = []
    private let queue: WorkQueue
    private let handler: IntakeHandler
    private let wakes: CaseWakeHandler<Planner>
    private let deadlines: DueDeadlines
    private let release: EffectRelease
    private let logins: [String]

    /// - Parameters:
    ///   - role: of the worker.
    ///   - systems: the data map, each entry as it stands in a file.
    ///   - worker: what it plans and performs with.
    package init(
        _ configuration: PostgresConfiguration,
        _ queue: WorkQueue,
        role: String,
        _ systems: [String],
        _ peers: Peers,
        _ worker: (KeyRing, RegistryCache) throws -> (Planner, Performer)
    ) async throws {
        self.queue = queue
        self.peers = peers
        let roles = [role, "intake", "clock"]
        owner = PostgresPool(configuration: configuration, size: 2, logger: Self.quiet)
        receiver = SealedReceiver()
        let suffix = UUID().uuidString.lowercased().filter { $0 != "-" }
        let names = roles.map { "\($0)_\(suffix)" }
        logins = names
        let key = receiver.publicJWK
        let registry = try await owner.withConnection { connection in
            try await Migrator.ledger().up(connection)
            for (role, login) in zip(roles, names) {
                try await connection.execute("CREATE ROLE \(login) LOGIN PASSWORD '\(login)' IN ROLE habeas_\(role)")
            }
            try await Self.register(systems, key, on: connection)
            return try await Registry.load(on: connection)
        }
        self.registry = RegistryCache(registry)
        func pool(_ login: String, _ size: Int) -> PostgresPool {
            var own = configuration
            own.keywords["user"] = login
            own.keywords["password"] = login
            return PostgresPool(configuration: own, size: size, logger: Self.quiet)
        }
        self.worker = pool(names[0], 4)
        intake = pool(names[1], 2)
        clock = pool(names[2], 2)
        ring = try KeyRing(parsing: KeyRing.newFile())
        let planner: Planner
        (planner, performer) = try worker(ring, self.registry)
        work = CaseWork(queue, planner: planner, registry: self.registry)
        wakes = CaseWakeHandler(work, ring: ring)
        handler = IntakeHandler(
            queue: Topology.intake,
            registry: self.registry,
            ring: ring,
            domainTime: DomainTime(),
            metrics: IntakeMetrics(MetricsRegistry())
        )
        // Not running: what it is handed stays with it, and the table says what would leave.
        let dispatcher = OutboxDispatcher(
            publisher: AMQPPublisher(
                configuration: try AMQPConfiguration(url: "amqp://nobody:x@127.0.0.1:1/"),
                logger: Self.quiet
            ),
            pool: clock,
            metrics: OutboxMetrics(MetricsRegistry()),
            logger: Self.quiet
        )
        deadlines = DueDeadlines(
            pool: clock,
            registry: self.registry,
            dispatcher: dispatcher,
            gate: OutageGate(pool: clock, logger: Self.quiet),
            logger: Self.quiet
        )
        release = EffectRelease(pool: clock, dispatcher: dispatcher, metrics: MetricsRegistry(), logger: Self.quiet)
    }

    package func close() async throws {
        for pool in [worker, intake, clock] { await pool.shutdown() }
        try await owner.withConnection { connection in
            for login in logins { _ = try await connection.query("DROP ROLE \(identifier: login)") }
        }
        await owner.shutdown()
    }

    // MARK: Registry

    private static func register(_ systems: [String], _ key: String, on connection: PostgresConnection) async throws {
        try await connection.execute("UPDATE habeas.installation SET play = true")
        for (name, publisher) in [("kustomer", "desk"), ("kayako", "kay"), ("customer360", "forum")] {
            _ = try await connection.query(
                """
                INSERT INTO habeas.publisher (id, broker_user, profile, clients, event_types, source_prefixes)
                VALUES (\(publisher), \(publisher + "-user"), \(name), '{*}', '{*}', '{/}')
                """
            )
        }
        for (profile, text) in try PolicyFolder(path: deploy).profiles() {
            _ = try await connection.query(
                """
                INSERT INTO habeas.profile (name, version, effective_from, body)
                VALUES (\(profile.name), \(profile.version), \(profile.effectiveFrom.description)::text::date, \(text))
                """
            )
        }
        for (id, country) in [("acme", "DE"), ("globex", "FR"), ("initech", "US-CA")] {
            _ = try await connection.query(
                """
                INSERT INTO habeas.client (id, country, time_zone, dpa_signed_on, public_key)
                VALUES (\(id), \(country), 'Europe/Berlin', '2026-01-01', \(key))
                """
            )
        }
        for (place, body) in systems.enumerated() {
            let system = try SystemFile.system(body, path: "test")
            _ = try await connection.query(
                "INSERT INTO habeas.system (id, body, place) VALUES (\(system.id), \(body), \(Int32(place)))"
            )
        }
        let targets = SystemTargets.statements(try await Registry.load(on: connection).systems)
        if !targets.isEmpty { _ = try await connection.pipeline(targets) }
    }

    // MARK: Acting

    /// Publishes an event; intake takes it in.
    package func publish(
        _ type: String,
        _ data: String,
        by publisher: String = "desk",
        id: String = UUID().uuidString
    ) async throws {
        let name = "io.habeas.\(type).v1"
        let body = #"{"specversion":"1.0","id":"\#(id)","source":"/\#(publisher)","type":"\#(name)","data":\#(data)}"#
        var properties = Properties()
        properties.userID = "\(publisher)-user"
        properties.type = name
        properties.messageID = id
        try await take([Self.delivery(Array(body.utf8), properties, Topology.events, name)])
    }

    private static func delivery(_ body: [UInt8], _ properties: Properties, _ exchange: String, _ key: String)
        -> Delivery
    {
        Delivery(
            tag: DeliveryTag(generation: 1, tag: 1),
            exchange: exchange,
            routingKey: key,
            redelivered: false,
            properties: properties,
            body: body,
            announcedSize: body.count
        )
    }

    private func take(_ deliveries: [Delivery]) async throws {
        while true {
            do {
                let items = try await handler.prepare(deliveries)
                _ = try await intake.withConnection { try await handler.commit(items, on: $0) }
                return
            } catch is RegistryChanged {
                continue
            }
        }
    }

    /// An instruction of a client's administrator, or another request; further members as JSON text. Returns the case's id.
    @discardableResult
    package func ask(
        _ right: String = "erasure",
        relationship: String = "end_user",
        by submitter: String = "client",
        client: String? = "acme",
        publisher: String = "desk",
        regulation: String = "gdpr",
        ref: String = UUID().uuidString,
        identities: String? = nil,
        more: String = ""
    ) async throws -> UUID {
        let now = EventTime.text(Date(timeIntervalSinceNow: -60))
        let named = client.map { #""client":"\#($0)","# } ?? ""
        let instructed =
            submitter == "client"
            ? #""instructed_by":{"user":"u","role":"admin","channel":"app"},"instructed_at":"\#(now)","# : ""
        let known =
            identities
            ?? #"[{"type":"controller_customer_id","value":"C-\#(ref)"},{"type":"email","value":"\#(ref)@example.org"}]"#
        try await publish(
            "request.submitted",
            """
            {"request_ref":"\(ref)","channel":"form","submitted_time":"\(now)","submitted_by":"\(submitter)",\(named)\(instructed)\(more)\
            "relationship":"\(relationship)","right":"\(right)","regulation":"\(regulation)","session_verified":true,\
            "subjects":[{"identities":\(known)}]}
            """,
            by: publisher
        )
        return try #require(try await ids("SELECT id FROM habeas.case_file WHERE request_ref = \(ref)").first)
    }

    /// Carries messages between outbox, erasure and intake, and performs effects, until nothing is left that is due.
    ///
    /// - Parameter performing: whether effects are performed, or only planned.
    package func settle(performing: Bool = true) async throws {
        for _ in 0..<200 {
            var isIdle = true
            for (key, type, body) in try await pending() {
                isIdle = false
                var properties = Properties()
                properties.type = type
                let delivery = Self.delivery(body, properties, Topology.work, key)
                switch key {
                case queue.rawValue: try await look([delivery])
                case Topology.intake: try await take([delivery])
                default: for mate in mates where mate.queue.rawValue == key { try await mate.look([delivery]) }
                }
            }
            if performing {
                while try await release.once() {}
                if try await perform() > 0 { isIdle = false }
                for mate in mates { if try await mate.perform() > 0 { isIdle = false } }
            }
            if isIdle { return }
        }
        Issue.record("never came to rest")
    }

    private func look(_ deliveries: [Delivery]) async throws {
        while true {
            do {
                let items = try await wakes.prepare(deliveries)
                _ = try await worker.withConnection { try await wakes.commit(items, on: $0) }
                return
            } catch is RegistryChanged {
                continue
            }
        }
    }

    /// Claims and performs what is released; answers how many it were.
    @discardableResult
    package func perform() async throws -> Int {
        let ids = try await ids("SELECT id FROM habeas.effect WHERE state = 'released' ORDER BY id")
        guard !ids.isEmpty else { return 0 }
        let claim = EffectClaim(queue, performer: performer)
        let claimed = try await worker.withConnection { try await claim.take(ids, registry: registry, on: $0).claimed }
        for item in claimed {
            guard let job = item.job else { continue }
            let verdict = await performer.perform(job)
            let attempt = EffectAttempt(item.lease, verdict, startedAt: Date(), endedAt: Date(), worker: "test")
            _ = try await worker.withConnection {
                try await work.run([item.lease.effect.caseID].compactMap { $0 }, attempts: [attempt], on: $0)
            }
        }
        return claimed.count
    }

    /// Takes the wake-ups out of the outbox.
    private func pending() async throws -> [(String, String, [UInt8])] {
        try await owner.withConnection { connection in
            try await connection.query(
                """
                WITH taken AS (
                  DELETE FROM habeas.outbox_pending WHERE id IN (
                    SELECT p.id FROM habeas.outbox_pending p JOIN habeas.outbox o USING (id) WHERE o.kind = 'wake_up')
                  RETURNING id)
                SELECT o.routing_key, o.message_type, o.body FROM habeas.outbox o JOIN taken USING (id) ORDER BY o.id
                """
            ).decode(String.self, String.self, [UInt8].self)
        }
    }

    /// Makes what waits for a later attempt due.
    package func hurry() async throws {
        _ = try await owner.withConnection { connection in
            try await connection.pipeline([
                "UPDATE habeas.effect SET next_attempt_at = now() WHERE state IN ('planned', 'retrying')",
                "UPDATE habeas.target SET circuit_until = now(), quiet_until = NULL WHERE circuit <> 'closed' OR quiet_until IS NOT NULL",
            ])
        }
        try await settle()
    }

    /// Lets domain time pass, fires what is due, and carries out what follows.
    package func goAhead(days: Int) async throws { try await goAhead(hours: days * 24) }

    package func goAhead(hours: Int) async throws {
        _ = try await owner.withConnection {
            try await $0.query(
                "UPDATE habeas.installation SET play_offset = play_offset + \(Duration.seconds(hours * 3_600))::interval"
            )
        }
        while true {
            do { if try await deadlines.fire() == 0 { break } } catch is RegistryChanged { continue }
        }
        try await settle()
    }

    /// A person's word on what waits for one.
    package func say(_ verdict: String, _ kind: ReviewKind, of id: UUID) async throws {
        _ = try await owner.withConnection {
            try await $0.query(
                """
                UPDATE habeas.review SET settled_at = habeas.domain_now(), verdict = \(verdict), reason = 'said so'
                 WHERE case_id = \(id) AND kind = \(kind.rawValue) AND settled_at IS NULL
                """
            )
        }
        try await wake(id)
        try await settle()
    }

    /// An answer to the task at a system, as `habeas tasks` or intake writes it.
    package func answer(_ answer: TaskAnswer, at system: String, of id: UUID) async throws {
        let task = try #require(
            try await ids("SELECT id FROM habeas.fan_out WHERE case_id = \(id) AND system_id = \(system)").first
        )
        let client = try await text("SELECT coalesce(client_id, '') FROM habeas.case_file WHERE id = \(id)").first {
            !$0.isEmpty
        }
        _ = try await owner.withConnection {
            try await $0.query(
                TaskAnswers.insert(
                    answer,
                    id: UUID.version7(at: Date()),
                    of: task,
                    case: id,
                    client: client,
                    reason: "ticket 7",
                    at: Date()
                )
            )
        }
        try await wake(id)
        try await settle()
    }

    /// What a person, or another worker, does to a case.
    package func apply(_ event: CaseEvent, to id: UUID) async throws {
        try await owner.withConnection { connection in
            try await connection.transaction { connection in
                let read = try await connection.pipeline([
                    CaseFileRecord.locking(ids: [id]), "SELECT habeas.domain_now(), now()", PauseWrites.reading([id]),
                ])
                let (now, machineNow) = try read[1].only.decode(Date.self, Date.self)
                let registry = try await Registry.load(on: connection)
                var desk = CaseDesk(.referral, at: now, machineNow: machineNow, registry: registry)
                desk.add(try CaseFileRecord(row: read[0].only))
                for row in read[2] { desk.add(try PauseWrites.decode(row).1, of: id) }
                let isTaken = desk.apply(event, to: id)
                #expect(isTaken, "the case does not take \(event.name)")
                try await desk.changes.settle(on: connection)
                _ = try await connection.pipeline(desk.finished().statements + ["COMMIT"])
            }
        }
        try await settle()
    }

    package func wake(_ id: UUID) async throws {
        let body = #"{"v":1,"ids":["\#(id.uuidString.lowercased())"]}"#
        try await look([Self.delivery(Array(body.utf8), Properties(), Topology.work, queue.rawValue)])
    }

    // MARK: Looking

    package func state(_ id: UUID) async throws -> String {
        try await text("SELECT state FROM habeas.case_file WHERE id = \(id)").joined()
    }

    /// `crm verified done`, in the order of the plan; parts other than the whole are named.
    package func targets(_ id: UUID) async throws -> [String] {
        try await text(
            """
            SELECT concat_ws(' ', system_id, CASE WHEN part <> 'whole' THEN part END, state, outcome, cause) FROM habeas.fan_out
             WHERE case_id = \(id) ORDER BY ordinal, id
            """
        )
    }

    package func reviews(_ id: UUID) async throws -> [String] {
        try await text(
            "SELECT kind || ' ' || coalesce(verdict, 'open') FROM habeas.review WHERE case_id = \(id) ORDER BY kind, opened_at"
        )
    }

    package func facts(_ id: UUID) async throws -> [String] {
        try await text("SELECT fact FROM habeas.evidence WHERE chain_id = \(id) ORDER BY seq")
    }

    package func clock(_ name: String, of id: UUID) async throws -> String {
        try await text("SELECT state FROM habeas.deadline WHERE subject_id = \(id) AND clock = \(name)").joined()
    }

    /// The certificates of a case, the latest first.
    package func certificates(_ id: UUID) async throws -> [String] {
        try await text("SELECT body FROM habeas.certificate WHERE case_id = \(id) ORDER BY number DESC")
    }

    package func count(_ sql: SQL) async throws -> Int {
        try await owner.withConnection { try await $0.query(sql).only.decode(0, as: Int.self) }
    }

    package func text(_ sql: SQL) async throws -> [String] {
        try await owner.withConnection { try await $0.query(sql).decode(as: String.self) }
    }

    package func ids(_ sql: SQL) async throws -> [UUID] {
        try await owner.withConnection { try await $0.query(sql).decode(as: UUID.self) }
    }

    package func brokenChains() async throws -> [String] {
        try await owner.withConnection { try await BrokenChains.find(on: $0) }
    }
}
