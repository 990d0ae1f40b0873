import AMQP
import Fleet
import Foundation
import Intake
import Ledger
import Logging
import Observability
import Postgres
import Rights
import ServiceLifecycle
import TestKit
import Testing

@testable import Gateway

/// A gateway under its own logins at a real database and a real broker, and an intake that takes in what it publishes.
struct GatewayFixture: Sendable {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// As the owner of the schema, for preparing and for looking.
    let owner: PostgresPool
    let ring: KeyRing
    let registry: RegistryCache
    let metrics: MetricsRegistry
    let port: Int
    let relay: BrokerRelay
    let store: FolderStore
    /// Method and path of all that is served.
    let routes: [String]
    private let intake: IntakeHandler
    private let intakePool: PostgresPool
    private let broker: AMQPChannel

    /// - Parameters:
    ///   - settings: further ones, as environment variables without `HABEAS_GATEWAY_`.
    ///   - logger: what the gateway logs to.
    static func with(
        _ settings: [String: String] = [:],
        logger: Logger = quiet,
        _ body: (GatewayFixture) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "habeas-gateway-\(UUID())").path
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let configuration = try Database.current
        let host = try #require(VirtualHost.current)
        try await BrokerAdmin(
            url: ProcessInfo.processInfo.environment["HABEAS_TEST_MANAGEMENT"] ?? "",
            virtualHost: host.name
        ).apply(passwords: [Publisher.gateway.brokerUser: "gateway"])
        let owner = PostgresPool(configuration: configuration, size: 3, logger: quiet)
        let suffix = UUID().uuidString.lowercased().filter { $0 != "-" }
        let logins = ["gateway", "intake"].map { "\($0)_\(suffix)" }
        let registry = try await owner.withConnection { connection in
            try await Migrator.ledger().up(connection)
            for login in logins {
                let role = login.prefix { $0 != "_" }
                try await connection.execute("CREATE ROLE \(login) LOGIN PASSWORD '\(login)' IN ROLE habeas_\(role)")
            }
            try await register(on: connection)
            return RegistryCache(try await Registry.load(on: connection))
        }
        let pools = logins.map { login in
            var own = configuration
            own.keywords["user"] = login
            own.keywords["password"] = login
            return PostgresPool(configuration: own, size: 4, logger: quiet)
        }
        var amqp = try host.configuration(name: "gateway")
        let relay = try BrokerRelay(to: amqp.hosts[0].port)
        (amqp.user, amqp.password) = (Publisher.gateway.brokerUser, "gateway")
        amqp.hosts = [.init(name: "127.0.0.1", port: relay.port)]
        let publisher = AMQPPublisher(configuration: amqp, logger: quiet)
        let ring = try KeyRing(parsing: KeyRing.newFile())
        let metrics = MetricsRegistry()
        let store = FolderStore(folder)
        var environment = ["HABEAS_GATEWAY_PORT": "0"]
        for (name, value) in settings { environment["HABEAS_GATEWAY_\(name)"] = value }
        let server = try GatewayWorker.server(
            FleetConfiguration.load(environment: environment).gateway,
            services: .init(
                pool: pools[0],
                ring: ring,
                registry: registry,
                publisher: publisher,
                store: store,
                base: "https://privacy.vendor.example"
            ),
            metrics: GatewayMetrics(metrics),
            logger: logger
        )
        var services = ServiceGroupConfiguration(services: [publisher, server], logger: quiet)
        services.maximumGracefulShutdownDuration = .seconds(5)
        let group = ServiceGroup(configuration: services)
        let broker = try await host.openChannel()
        let outcome: Result<Void, any Error> = await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try? await group.run() }
            let result: Result<Void, any Error>
            do {
                let listens = await eventually(within: .seconds(20)) { server.port != nil }
                #expect(listens)
                try await body(
                    GatewayFixture(
                        owner: owner,
                        ring: ring,
                        registry: registry,
                        metrics: metrics,
                        port: server.port ?? 0,
                        relay: relay,
                        store: store,
                        routes: server.routes,
                        intake: IntakeHandler(
                            queue: Topology.intake,
                            registry: registry,
                            ring: ring,
                            domainTime: DomainTime(),
                            metrics: IntakeMetrics(MetricsRegistry())
                        ),
                        intakePool: pools[1],
                        broker: broker
                    )
                )
                result = .success(())
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            return result
        }
        await broker.close()
        relay.stop()
        for pool in pools { await pool.shutdown() }
        try await owner.withConnection { connection in
            for login in logins { _ = try await connection.query("DROP ROLE \(identifier: login)") }
        }
        await owner.shutdown()
        try outcome.get()
    }

    private static func register(on connection: PostgresConnection) async throws {
        try await connection.execute(
            """
            INSERT INTO habeas.client (id, names, country, time_zone) VALUES
              ('acme', '{Acme GmbH}', 'DE', 'Europe/Berlin'), ('globex', '{Globex}', 'FR', 'Europe/Paris');
            INSERT INTO habeas.publisher (id, broker_user, profile, clients, event_types, source_prefixes) VALUES
              ('desk', 'desk-user', 'default', '{*}', '{*}', '{/desk}');
            """
        )
    }

    // MARK: As a client

    /// A token of this client's, as it is sent.
    func token(_ client: String = "acme", expires: Date? = nil) async throws -> String {
        let now = Date()
        let token = ClientToken(at: now)
        let insert = ClientTokenRecord.insert(token, of: client, label: nil, at: now, until: expires)
        _ = try await owner.withConnection { try await $0.query(insert) }
        return token.text
    }

    func get(_ path: String, _ token: String?, _ headers: [String: String] = [:]) async throws -> HTTPExchange.Reply {
        try await call("GET", path, token, headers)
    }

    func post(
        _ path: String,
        _ token: String?,
        _ body: String,
        _ headers: [String: String] = [:]
    ) async throws -> HTTPExchange.Reply {
        var headers = headers
        if headers["Content-Type"] == nil { headers["Content-Type"] = "application/json" }
        return try await call("POST", path, token, headers, body)
    }

    func call(
        _ method: String,
        _ path: String,
        _ token: String?,
        _ headers: [String: String] = [:],
        _ body: String? = nil
    ) async throws -> HTTPExchange.Reply {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: gateway", "Connection: close"]
        if let token { lines.append("Authorization: Bearer \(token)") }
        lines += headers.map { "\($0.key): \($0.value)" }
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return try await HTTPExchange.call(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""), port: port)
    }

    static let decision =
        #"{"decision":"proceed","decided_by":{"user":"Grace Example","role":"dpo"},"answer_by":"client"}"#

    // MARK: What there is

    /// A request of a client's person, which was referred.
    func request(
        _ client: String = "acme",
        state: CaseState = .referred,
        email: String = "ada@example.com",
        relationship: String = "end_user",
        right: String = "erasure",
        more: String = ""
    ) async throws -> UUID {
        let now = Date()
        let event = """
            {"specversion":"1.0","id":"\(UUID())","source":"/desk","type":"io.habeas.request.submitted.v1","data":{"channel":"email",
            "submitted_time":"\(EventTime.text(now.addingTimeInterval(-60)))","submitted_by":"subject",
            "relationship":"\(relationship)","client":"\(client)","right":"\(right)","regulation":"gdpr",\(more)
            "subjects":[{"identities":[{"type":"email","value":"\(email)"}]}]}}
            """
        let (id, statements) = try CaseSeed(registry: registry.current, ring: ring)
            .open(event, publisher: "desk", at: now)
        try await owner.withConnection { connection in
            try await connection.transaction { _ = try await $0.pipeline(statements) }
            _ = try await connection.query("UPDATE habeas.case_file SET state = \(state.rawValue) WHERE id = \(id)")
        }
        return id
    }

    /// A bundle of a case's, ready.
    func export(of caseID: UUID, client: String = "acme", _ content: [UInt8]) async throws -> UUID {
        let now = Date()
        let id = UUID.version7(at: now)
        let key = CaseKey(for: id)
        let path = try store.scratch()
        let name = "\(id.lowercaseText)/bundle-1"
        let writer = try SealedFileWriter(path, key: key.fileKey, name: name, hashing: true)
        try content.withUnsafeBytes { try writer.write($0) }
        let (bytes, digest) = try writer.finish()
        try await store.put(path, as: name)
        var export = ExportRecord(id: id, caseID: caseID, clientID: client, key: try key.wrapped(with: ring), at: now)
        let inserted = export.insert
        export.state = .ready
        export.bundle = .init(object: name, bytes: bytes, sha256: Hex.text(digest), rows: 3, gaps: 0)
        export.readyAt = now
        export.expiresAt = now.addingTimeInterval(86_400)
        let updated = export.update
        _ = try await owner.withConnection { try await $0.pipeline([inserted, updated]) }
        return id
    }

    // MARK: What became of it

    /// Takes in what was published, as intake does; says how much it was.
    @discardableResult
    func takeIn() async throws -> Int {
        var deliveries: [Delivery] = []
        for queue in [Topology.intake, Topology.intakeBreach] {
            while let delivery = try await broker.get(queue: queue) {
                try await broker.acknowledge(delivery.tag)
                deliveries.append(delivery)
            }
        }
        guard !deliveries.isEmpty else { return 0 }
        while true {
            let items = try await intake.prepare(deliveries)
            do {
                _ = try await intakePool.withConnection { try await intake.commit(items, on: $0) }
                return deliveries.count
            } catch is RegistryChanged {
                continue
            }
        }
    }

    func text(_ sql: SQL) async throws -> [String] {
        try await owner.withConnection { try await $0.query(sql).decode(as: String.self) }
    }

    func count(_ sql: SQL) async throws -> Int {
        try await owner.withConnection { try await $0.query(sql).only.decode(0, as: Int.self) }
    }

    func facts(_ id: UUID) async throws -> [String] {
        try await text("SELECT fact FROM habeas.evidence WHERE chain_id = \(id) ORDER BY seq")
    }

    func state(_ id: UUID) async throws -> [String] {
        try await text("SELECT state FROM habeas.case_file WHERE id = \(id)")
    }

    func brokenChains() async throws -> [String] {
        try await owner.withConnection { try await BrokenChains.find(on: $0) }
    }
}
