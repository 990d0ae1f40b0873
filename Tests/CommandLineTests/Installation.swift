import AMQP
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

/// A database with a schema, a key file, and the environment that leads the program to both.
struct Installation: Sendable {
    let database: PostgresConfiguration
    let folder: ScratchFolder
    var environment: [String: String]

    /// Runs `body` with an installation of its own; the database comes from the trait `.database`.
    static func with(
        migrated: Bool = true,
        _ body: (Installation) async throws -> Void
    ) async throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let database = try Database.current
        let installation = Installation(
            database: database,
            folder: folder,
            environment: ["HABEAS_DATABASE_URL": url(database), "HABEAS_KEYS_FILE": "\(folder.path)/keys"]
        )
        if migrated {
            #expect(try await installation.run("migrate", "up").status == 0)
            #expect(try await installation.run("policy", "apply", Self.deploy).status == 0)
            #expect(try await installation.run("keys", "create", "--file", "\(folder.path)/keys").status == 0)
        }
        try await body(installation)
    }

    /// With the broker of the trait `.broker` as well.
    func withBroker() throws -> Installation {
        var copy = self
        let host = try #require(VirtualHost.current)
        let parts = try #require(URLComponents(string: host.server.url))
        copy.environment["HABEAS_AMQP_URL"] = "\(host.server.url)\(host.name)"
        copy.environment["HABEAS_AMQP_MANAGEMENT_URL"] = ProcessInfo.processInfo.environment["HABEAS_TEST_MANAGEMENT"]
        #expect(parts.host != nil)
        return copy
    }

    func run(_ arguments: String..., input: String = "") async throws -> CommandLineRun {
        try await CommandLine.run(arguments, environment: environment, input: input)
    }

    func query(_ sql: SQL) async throws -> Rows {
        try await withConnection { try await $0.query(sql) }
    }

    func withConnection<Result>(_ body: (PostgresConnection) async throws -> Result) async throws -> Result {
        let connection = try await PostgresConnection.connect(database)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    private static func url(_ configuration: PostgresConfiguration) -> String {
        let words = configuration.keywords.map { "\($0.key)='\($0.value)'" }
        let host = configuration.hosts[0]
        return (["host='\(host.name)'", "port='\(host.port)'"] + words).joined(separator: " ")
    }
}

extension Installation {
    static let clients = """
        - id: acme
          names: [Acme, Acme GmbH]
          country: de
          time_zone: Europe/Berlin
          locale: de
          dpa_signed_on: 2026-03-01
        - id: globex
        """

    /// Runs `body` as people with database logins of their own.
    func withOperators(
        _ count: Int,
        role: String = "habeas_operator",
        _ body: ([Installation]) async throws -> Void
    ) async throws {
        let logins = (0..<count).map { _ in "op_" + UUID().uuidString.lowercased().filter { $0 != "-" } }
        for login in logins {
            try await withConnection {
                try await $0.execute("CREATE ROLE \(login) LOGIN PASSWORD '\(login)' IN ROLE \(role)")
            }
        }
        let operators = logins.map { login in
            var own = database
            own.keywords["user"] = login
            own.keywords["password"] = login
            var copy = self
            copy.environment["HABEAS_DATABASE_URL"] = Self.url(own)
            return copy
        }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(operators)) } catch { outcome = .failure(error) }
        for login in logins {
            _ = try await query("DROP OWNED BY \(identifier: login)")
            _ = try await query("DROP ROLE \(identifier: login)")
        }
        try outcome.get()
    }

    static func publishers(user: String = "helpdesk") -> String {
        """
        - id: helpdesk
          broker_user: \(user)
          profile: kustomer
          clients: [acme]
          event_types: [request.*, client.decided]
          source_prefixes: [/helpdesk/]
        """
    }

    /// Registers the clients and the publisher in the database only.
    func register() async throws {
        let clients = try await run("clients", "apply", "-", "--without-broker", input: Self.clients)
        #expect(clients.status == 0, "\(clients.errors)")
        let publishers = try await run("publishers", "apply", "-", "--without-broker", input: Self.publishers())
        #expect(publishers.status == 0, "\(publishers.errors)")
    }

    static func event(
        ref: String,
        client: String = "acme",
        asked: Date = Date(),
        right: String = "erasure",
        relationship: String = "end_user",
        more: String = ""
    ) -> String {
        """
        {"specversion":"1.0","id":"\(ref)","source":"/helpdesk/1","type":"io.habeas.request.submitted.v1",\
        "data":{"request_ref":"\(ref)","channel":"email","submitted_time":"\(EventTime.text(asked))",\
        "submitted_by":"subject","relationship":"\(relationship)","client":"\(client)","right":"\(right)","regulation":"gdpr",\
        "subjects":[{"identities":[{"type":"email","value":"anna.canary@example.org"}]}]\(more)}}
        """
    }

    /// Opens a case as intake does, with secret, clocks and its first fact.
    @discardableResult
    func openCase(
        ref: String,
        client: String = "acme",
        relationship: String = "end_user",
        more: String = "",
        at now: Date = Date()
    ) async throws -> UUID {
        try await openCase(
            event: Self.event(ref: ref, client: client, asked: now, relationship: relationship, more: more),
            at: now
        )
    }

    /// Opens the case that an event opens at intake.
    @discardableResult
    func openCase(event: String, at now: Date = Date()) async throws -> UUID {
        let ring = try KeyRing(file: "\(folder.path)/keys")
        return try await withConnection { connection in
            let seed = CaseSeed(registry: try await Registry.load(on: connection), ring: ring)
            let (id, statements) = try seed.open(event, publisher: "helpdesk", at: now)
            try await connection.transaction { _ = try await $0.pipeline(statements) }
            return id
        }
    }

    /// Parks a message as intake does.
    @discardableResult
    func park(_ body: String, fault: String, field: String) async throws -> UUID {
        let ring = try KeyRing(file: "\(folder.path)/keys")
        let now = Date()
        let id = UUID.version7(at: now)
        let key = CaseKey(for: id)
        var record = ParkedMessageRecord(
            id: id,
            messageKey: Array(id.uuidString.utf8),
            origin: .refused,
            queue: "habeas.intake",
            publisherID: "helpdesk",
            eventType: "io.habeas.request.submitted.v1",
            field: field,
            fault: fault,
            remedy: "Send another one.",
            receivedAt: now,
            bodySize: body.utf8.count,
            isTruncated: false,
            secret: SealedPayload(
                wrapped: try key.wrapped(with: ring),
                bytes: try key.seal(Array(body.utf8), as: .payload)
            ),
            properties: try key.seal(Array(#"{"message_id":"m1"}"#.utf8), as: .properties)
        )
        var evidence = EvidenceWrites()
        evidence.add(
            record.chain.append(
                "message.parked",
                at: now,
                actor: "worker:intake",
                clientID: nil,
                body: #"{"fault":"x"}"#
            )
        )
        var deadlines = DeadlineWrites()
        let triage = try #require(ClockKey.triage.standard)
        deadlines.open(Deadline(triage, from: now, at: .unknown, atlas: HolidayAtlas()), subject: id)
        let statements = [ParkedMessages.insert([record])] + deadlines.statements + evidence.statements
        try await withConnection { connection in
            try await connection.transaction { _ = try await $0.pipeline(statements) }
        }
        return id
    }

    /// The folder that comes with the project.
    static let deploy = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/deploy"
}
