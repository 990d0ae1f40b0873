import AMQP
import Crypto
import Fleet
import Foundation
import Intake
import Ledger
import Logging
import Observability
import Postgres
import Rights
import TestKit

/// A migrated database with a registry, and an intake that works on it under its own database role.
struct IntakeFixture: Sendable {
    let pool: PostgresPool
    /// As the owner of the schema, for looking at what was written.
    let owner: PostgresPool
    let ring: KeyRing
    let handler: IntakeHandler
    let registry: RegistryCache
    let metrics = MetricsRegistry()

    static func with(_ body: (IntakeFixture) async throws -> Void) async throws {
        let fixture = try await IntakeFixture(Database.current)
        do {
            try await body(fixture)
            await fixture.close()
        } catch {
            await fixture.close()
            throw error
        }
    }

    private init(_ configuration: PostgresConfiguration) async throws {
        owner = PostgresPool(configuration: configuration, size: 2)
        // A login of its own that has only what the worker's role has.
        let login = "intake_" + UUID().uuidString.lowercased().prefix(8)
        let registry = try await owner.withConnection { connection in
            try await Migrator.ledger().up(connection)
            try await connection.execute(
                """
                CREATE ROLE "\(login)" LOGIN PASSWORD '\(login)' IN ROLE habeas_intake;
                INSERT INTO habeas.client (id, names, country, time_zone) VALUES
                  ('acme', '{Acme GmbH}', 'DE', 'Europe/Berlin'), ('globex', '{Globex}', 'US-CA', 'America/Los_Angeles'),
                  ('hidden', '{}', 'GB', 'Europe/London');
                INSERT INTO habeas.publisher (id, broker_user, profile, clients, event_types, source_prefixes) VALUES
                  ('desk', 'desk-user', 'kustomer', '{acme,globex}', '{*}', '{/desk}'),
                  ('forum', 'forum-user', 'customer360', '{*}', '{request.*}', '{/forum}'),
                  ('gone', 'gone-user', 'kayako', '{*}', '{*}', '{/}');
                UPDATE habeas.publisher SET revoked_at = now() WHERE id = 'gone';
                """
            )
            return try await Registry.load(on: connection)
        }
        self.registry = RegistryCache(registry)
        var own = configuration
        own.keywords["user"] = login
        own.keywords["password"] = login
        pool = PostgresPool(configuration: own, size: 8)
        ring = try KeyRing(parsing: KeyRing.newFile())
        handler = IntakeHandler(
            queue: Topology.intake,
            registry: self.registry,
            ring: ring,
            domainTime: DomainTime(),
            metrics: IntakeMetrics(metrics)
        )
    }

    private func close() async {
        await pool.shutdown()
        await owner.shutdown()
    }

    // MARK: Acting

    /// Delivers messages in one batch, as the runtime would.
    @discardableResult
    func deliver(_ deliveries: [Delivery]) async throws -> [OutboxRow] {
        while true {
            let items = try await handler.prepare(deliveries)
            do {
                return try await pool.withConnection { try await handler.commit(items, on: $0) }
            } catch is RegistryChanged {
                continue
            } catch let error as PostgresError where error.retryClass == .transaction {
                continue
            }
        }
    }

    static func event(
        _ type: String,
        id: String = UUID().uuidString,
        source: String = "/desk/eu",
        user: String? = "desk-user",
        data: String
    ) -> Delivery {
        let name = "io.habeas.\(type).v1"
        let body = #"{"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"\#(name)","data":\#(data)}"#
        return message(Array(body.utf8), type: name, id: id, source: source, user: user)
    }

    static func message(
        _ body: [UInt8],
        type: String? = nil,
        id: String? = nil,
        source: String? = nil,
        user: String? = "desk-user",
        exchange: String = Topology.events,
        announced: Int? = nil
    ) -> Delivery {
        var properties = Properties()
        properties.userID = user
        properties.type = type
        properties.messageID = id
        properties.appID = source
        return Delivery(
            tag: DeliveryTag(generation: 1, tag: 1),
            exchange: exchange,
            routingKey: type ?? "io.habeas.request.submitted.v1",
            redelivered: false,
            properties: properties,
            body: body,
            announcedSize: announced ?? body.count
        )
    }

    /// A request's data with the parts that routes differ in; further members as JSON text.
    static func request(
        _ right: String = "erasure",
        relationship: String = "end_user",
        by submitter: String = "subject",
        ref: String? = nil,
        client: String? = "acme",
        email: String = "ada@example.com",
        regulation: String = "gdpr",
        _ more: String = ""
    ) -> String {
        var members = [
            #""channel":"email""#, #""submitted_time":"\#(Date(timeIntervalSinceNow: -60).ISO8601Format())""#,
            #""submitted_by":"\#(submitter)""#, #""relationship":"\#(relationship)""#, #""right":"\#(right)""#,
            #""regulation":"\#(regulation)""#,
            #""subjects":[{"identities":[{"type":"email","value":"\#(email)"}]}]"#,
        ]
        if let ref { members.append(#""request_ref":"\#(ref)""#) }
        if let client { members.append(#""client":"\#(client)""#) }
        if !more.isEmpty { members.append(more) }
        return "{" + members.joined(separator: ",") + "}"
    }

    // MARK: Looking

    func count(_ sql: SQL) async throws -> Int {
        try await owner.withConnection { try await $0.query(sql).only.decode(0, as: Int.self) }
    }

    func text(_ sql: SQL) async throws -> [String] {
        try await owner.withConnection { try await $0.query(sql).decode(as: String.self) }
    }

    /// The faults of every chain; none when all evidence holds.
    func brokenChains() async throws -> [String] {
        try await owner.withConnection { try await BrokenChains.find(on: $0) }
    }
}
