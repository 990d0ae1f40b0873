import AMQP
import Clock
import Fleet
import Foundation
import Intake
import Ledger
import Logging
import Observability
import Outbound
import Postgres
import Referral
import Rights
import TestKit
import Testing

/// Intake, referral and clock on one migrated database, each under a login that has only its own role, with a real receiver of
/// webhooks and a real mail server. There is no broker: the fixture carries messages from the outbox to whom they are for.
struct ReferralFixture: Sendable {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let roles = ["referral", "intake", "clock"]
    static let secret = "whsec_" + Data((0..<32).map { UInt8($0) }).base64EncodedString()

    /// As the owner of the schema, for preparing and for looking.
    let owner: PostgresPool
    let worker: PostgresPool
    let intake: PostgresPool
    let clock: PostgresPool
    let ring: KeyRing
    let registry: RegistryCache
    let server: LoopbackServer
    let sink: MailSink
    let outbound: OutboundServices
    let performer: ReferralPerformer
    let work: CaseWork<ReferralPlanner>
    private let handler: IntakeHandler
    private let wakes: CaseWakeHandler<ReferralPlanner>
    private let deadlines: DueDeadlines
    private let release: EffectRelease
    private let logins: [String]

    static func with(_ body: (ReferralFixture) async throws -> Void) async throws {
        let fixture = try await ReferralFixture(try Database.current)
        do {
            try await body(fixture)
            try await fixture.close()
        } catch {
            try await fixture.close()
            throw error
        }
    }

    /// The folder that comes with the project.
    static let deploy = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/deploy"

    private init(_ configuration: PostgresConfiguration) async throws {
        owner = PostgresPool(configuration: configuration, size: 2, logger: Self.quiet)
        server = try LoopbackServer()
        sink = try MailSink()
        let suffix = UUID().uuidString.lowercased().filter { $0 != "-" }
        let names = Self.roles.map { "\($0)_\(suffix)" }
        logins = names
        let base = server.base
        let registry = try await owner.withConnection { connection in
            try await Migrator.ledger().up(connection)
            for (role, login) in zip(Self.roles, names) {
                try await connection.execute("CREATE ROLE \(login) LOGIN PASSWORD '\(login)' IN ROLE habeas_\(role)")
            }
            try await Self.register(base, on: connection)
            return try await Registry.load(on: connection)
        }
        self.registry = RegistryCache(registry)
        func pool(_ login: String, _ size: Int) -> PostgresPool {
            var own = configuration
            own.keywords["user"] = login
            own.keywords["password"] = login
            return PostgresPool(configuration: own, size: size, logger: Self.quiet)
        }
        worker = pool(names[0], 4)
        intake = pool(names[1], 2)
        clock = pool(names[2], 2)
        ring = try KeyRing(parsing: KeyRing.newFile())
        let fleet = try FleetConfiguration.load(
            environment: [
                "HABEAS_MAIL_HOST": "127.0.0.1", "HABEAS_MAIL_PORT": "\(sink.port)", "HABEAS_MAIL_SECURITY": "none",
                "HABEAS_MAIL_INTERNAL": "true", "HABEAS_MAIL_FROM": "privacy@vendor.example",
                "HABEAS_OUTBOUND_REFERENCE_BASE": "https://privacy.vendor.example", "HABEAS_POLICY_FOLDER": Self.deploy,
            ]
        )
        outbound = try OutboundServices(
            fleet,
            publisher: nil,
            environment: ["HOOK": Self.secret],
            logger: Self.quiet
        )
        performer = ReferralPerformer(
            ring: ring,
            registry: self.registry,
            letters: try Self.letters.get(),
            mail: outbound.mail,
            channels: outbound.channels,
            timeout: fleet.outbound.timeout,
            base: fleet.outbound.referenceBase
        )
        work = CaseWork(.referral, planner: ReferralPlanner(ring: ring), registry: self.registry)
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
        release = EffectRelease(
            pool: clock,
            dispatcher: dispatcher,
            metrics: MetricsRegistry(),
            logger: Self.quiet
        )
    }

    /// Read once: every test would read the same files.
    private static let letters = Result { try LetterBook(folder: deploy) }

    private func close() async throws {
        await outbound.close()
        for pool in [worker, intake, clock] { await pool.shutdown() }
        try await owner.withConnection { connection in
            for login in logins { _ = try await connection.query("DROP ROLE \(identifier: login)") }
        }
        await owner.shutdown()
        server.stop()
        sink.stop()
    }

    // MARK: Registry

    private static func hook(_ base: String, _ status: Int, name: String = "hook") -> ClientChannel {
        ClientChannel(
            .webhook,
            name: name,
            url: "\(base)/status?\(status)",
            secrets: ["env:HOOK"],
            isInternal: true
        )
    }

    private static func post(_ address: String) -> ClientChannel {
        ClientChannel(.mail, name: "post", addresses: [address])
    }

    private static func register(_ base: String, on connection: PostgresConnection) async throws {
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
        let clients: [(id: String, channels: [ClientChannel], prohibited: String?, roles: [String])] = [
            ("acme", [hook(base, 200), post("privacy@acme.example")], nil, []),
            ("broken", [hook(base, 500), post("privacy@broken.example")], nil, []),
            ("closed", [hook(base, 410), post("privacy@closed.example")], nil, []),
            ("dead", [hook(base, 500)], nil, []), ("silent", [], nil, []),
            ("barred", [hook(base, 200)], "court order 17", []), ("strict", [hook(base, 200)], nil, ["DPO", "admin"]),
            ("letters", [post("privacy@letters.example")], nil, []),
        ]
        for client in clients {
            _ = try await connection.query(
                """
                INSERT INTO habeas.client (id, names, country, time_zone, dpa_signed_on, channels, referral_prohibited, decision_roles)
                VALUES (\(client.id), \([client.id.capitalized + " GmbH"]), 'DE', 'Europe/Berlin', '2026-01-01',
                  \(try ClientChannel.text(of: client.channels)), \(client.prohibited), \(client.roles))
                """
            )
        }
        let targets = ClientTargets(try await Registry.load(on: connection))
        _ = try await connection.pipeline(targets.missing)
    }

    // MARK: Acting

    /// Publishes an event; intake takes it in.
    func publish(
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

    /// A request; further members as JSON text. Returns the case's id.
    @discardableResult
    func ask(
        _ right: String = "erasure",
        relationship: String = "end_user",
        by submitter: String = "subject",
        client: String? = "acme",
        publisher: String = "desk",
        regulation: String = "gdpr",
        ref: String = UUID().uuidString,
        contact: String = #"{"email":"ada@example.org","name":"Ada Smith","locale":"en"}"#,
        more: String = ""
    ) async throws -> UUID {
        let now = EventTime.text(Date(timeIntervalSinceNow: -60))
        let named = client.map { #""client":"\#($0)","# } ?? ""
        let instructed =
            submitter == "client"
            ? #""instructed_by":{"user":"u","role":"admin","channel":"app"},"instructed_at":"\#(now)","# : ""
        try await publish(
            "request.submitted",
            """
            {"request_ref":"\(ref)","channel":"form","submitted_time":"\(now)","submitted_by":"\(submitter)",\(named)\(instructed)\(more)\
            "relationship":"\(relationship)","right":"\(right)","regulation":"\(regulation)",\
            "subjects":[{"identities":[{"type":"controller_customer_id","value":"C-\(ref)"}],"contact":\(contact)}]}
            """,
            by: publisher
        )
        let ids = try await ids("SELECT id FROM habeas.case_file WHERE request_ref = \(ref)")
        return try #require(ids.first)
    }

    func decide(_ id: UUID, _ decision: String, role: String = "dpo", _ more: String = "") async throws {
        let reason = decision == "refuse" ? #","reason":"excessive""# : ""
        try await publish(
            "client.decided",
            """
            {"request":"\(id.uuidString.lowercased())","decision":"\(decision)","decided_by":{"user":"dana","role":"\(role)"}\(reason)\(more)}
            """
        )
    }

    /// Carries messages between outbox, referral and intake, and performs effects, until nothing is left that is due.
    ///
    /// - Parameter performing: whether effects are performed, or only planned.
    func settle(performing: Bool = true) async throws {
        for _ in 0..<200 {
            var isIdle = true
            for (key, type, body) in try await pending() {
                isIdle = false
                var properties = Properties()
                properties.type = type
                let delivery = Self.delivery(body, properties, Topology.work, key)
                switch key {
                case WorkQueue.referral.rawValue: try await look([delivery])
                case Topology.intake: try await take([delivery])
                default: break
                }
            }
            if performing {
                while try await release.once() {}
                if try await perform() > 0 { isIdle = false }
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
    func perform() async throws -> Int {
        let ids = try await ids("SELECT id FROM habeas.effect WHERE state = 'released' ORDER BY id")
        guard !ids.isEmpty else { return 0 }
        let claim = EffectClaim(.referral, performer: performer)
        let claimed = try await worker.withConnection { try await claim.take(ids, on: $0).claimed }
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

    /// Makes what waits for a later attempt due, and targets whose circuit is open try again.
    func hurry() async throws {
        _ = try await owner.withConnection { connection in
            try await connection.pipeline([
                "UPDATE habeas.effect SET next_attempt_at = now() WHERE state IN ('planned', 'retrying')",
                "UPDATE habeas.target SET circuit_until = now(), quiet_until = NULL WHERE circuit <> 'closed' OR quiet_until IS NOT NULL",
            ])
        }
    }

    /// Lets domain time pass, fires what is due, and carries out what follows.
    func goAhead(days: Int) async throws {
        _ = try await owner.withConnection {
            try await $0.query(
                "UPDATE habeas.installation SET play_offset = play_offset + \(Duration.seconds(days * 86_400))::interval"
            )
        }
        while true {
            do { if try await deadlines.fire() == 0 { break } } catch is RegistryChanged { continue }
        }
        try await settle()
    }

    /// A person's word on what waits for one.
    func say(_ verdict: String, _ kind: ReviewKind, of id: UUID) async throws {
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

    func wake(_ id: UUID) async throws {
        let body = #"{"v":1,"ids":["\#(id.uuidString.lowercased())"]}"#
        try await look([Self.delivery(Array(body.utf8), Properties(), Topology.work, WorkQueue.referral.rawValue)])
    }

    // MARK: Looking

    func state(_ id: UUID) async throws -> String {
        try await text("SELECT state FROM habeas.case_file WHERE id = \(id)").joined()
    }

    /// `client.referral hook done`, in the order in which they were planned; of those planned at once the person's first.
    func effects(_ id: UUID) async throws -> [String] {
        let rows = try await owner.withConnection {
            try await $0.query(
                "SELECT kind, parameters, state FROM habeas.effect WHERE case_id = \(id) ORDER BY planned_at, kind DESC"
            )
            .decode(
                String.self,
                String.self,
                String.self
            )
        }
        return rows.map { kind, parameters, state in
            [kind, EffectParameters(reading: parameters).channel, state].compactMap { $0 }.joined(separator: " ")
        }
    }

    func reviews(_ id: UUID) async throws -> [String] {
        try await text(
            "SELECT kind || ' ' || coalesce(verdict, 'open') FROM habeas.review WHERE case_id = \(id) ORDER BY kind, opened_at"
        )
    }

    func facts(_ id: UUID) async throws -> [String] {
        try await text("SELECT fact FROM habeas.evidence WHERE chain_id = \(id) ORDER BY seq")
    }

    func clock(_ name: String, of id: UUID) async throws -> String {
        try await text("SELECT state FROM habeas.deadline WHERE subject_id = \(id) AND clock = \(name)").joined()
    }

    /// The faults of events that were refused.
    func refusals() async throws -> [String] {
        try await text("SELECT field || ' ' || fault FROM habeas.parked_message ORDER BY id")
    }

    /// Mails that were taken, each as its head and text.
    func mails(_ count: Int) async throws -> [String] {
        await sink.mails(count).map { event in
            let encoded = event.message.flatMap { Data(base64Encoded: $0) } ?? Data()
            return (event.recipients ?? []).joined(separator: ",") + "\n" + String(decoding: encoded, as: UTF8.self)
        }
    }

    /// What webhooks were posted, as `data`.
    func posted() throws -> [[String: Any]] {
        try server.requests.map { request in
            let body = request.split(separator: "\r\n\r\n", maxSplits: 1).dropFirst().joined()
            let event = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
            return event?["data"] as? [String: Any] ?? [:]
        }
    }

    func count(_ sql: SQL) async throws -> Int {
        try await owner.withConnection { try await $0.query(sql).only.decode(0, as: Int.self) }
    }

    func text(_ sql: SQL) async throws -> [String] {
        try await owner.withConnection { try await $0.query(sql).decode(as: String.self) }
    }

    func ids(_ sql: SQL) async throws -> [UUID] {
        try await owner.withConnection { try await $0.query(sql).decode(as: UUID.self) }
    }

    func brokenChains() async throws -> [String] {
        try await owner.withConnection { try await BrokenChains.find(on: $0) }
    }
}
