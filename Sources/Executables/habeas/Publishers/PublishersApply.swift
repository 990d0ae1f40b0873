import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas publishers apply`
struct PublishersApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Registers publishers, or changes them, from a YAML list.",
        discussion: """
            All or none, and each entry is the whole truth about its publisher. With a password the broker login is made, with \
            the right to write events and to read its own outcomes and nothing else. broker_user is the id unless given. What comes \
            faster than events_per_second is kept and taken in when its turn comes.

            Example, publishers.yaml:
              - id: helpdesk
                broker_user: helpdesk
                profile: kustomer
                clients: [acme, globex]          # or ["*"]
                event_types: [request.*, identity.*, client.decided]
                source_prefixes: [/helpdesk/]
                events_per_second: 200           # none: no limit
                password: file:/run/secrets/helpdesk

              habeas publishers apply publishers.yaml
            """
    )

    @Argument(help: ArgumentHelp("YAML list, or - for standard input.", valueName: "file"))
    var file: String

    @Flag(help: "Give a revoked publisher its rights back.")
    var reinstate = false

    @Flag(help: "Change the database only; logins and queues are left as they are.")
    var withoutBroker = false

    @OptionGroup var common: CommonOptions

    private struct Change {
        let id: String
        let result: String
        let fields: [String]
    }

    func run() async throws {
        let configuration = try common.configuration()
        let records = try RecordList(path: file, keys: PublisherDeclaration.keys).records
        let declarations = try records.map(PublisherDeclaration.init)
        let passwords = try records.map { record in
            try record.text("password").map { try InputFile.secret($0, field: "password") }
        }
        let logins = withoutBroker ? nil : try PublisherLogins(configuration)
        try await logins?.check(declarations)
        let changes = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { try await apply(declarations, records, on: $0) }
        }
        // After the registry: a login that works before its publisher is known would have its first events refused.
        try await logins?.declare(Array(zip(declarations, passwords)))
        var table = TextTable("PUBLISHER", "RESULT", "CHANGED", empty: "the list is empty")
        for change in changes {
            if common.json {
                StandardOutput.write([
                    "id": .string(change.id), "result": .string(change.result), "changed": JSONValue(change.fields),
                ])
            }
            table.add(change.id, change.result, change.fields.joined(separator: ", "))
        }
        if !common.json { StandardOutput.write(table) }
    }

    private nonisolated(nonsending) func apply(
        _ declarations: [PublisherDeclaration],
        _ records: [Record],
        on connection: PostgresConnection
    ) async throws -> [Change] {
        try await connection.query("SELECT pg_advisory_xact_lock(hashtext('habeas.registry'))")
        let known = try await connection.query("SELECT id FROM habeas.client").decode(String.self)
        for (declaration, record) in zip(declarations, records) {
            guard let stranger = declaration.clients.first(where: { $0 != "*" && !known.contains($0) }) else {
                continue
            }
            throw record.fault(
                "clients",
                "names \(TextTable.printable(stranger)), which is no client",
                "register it with habeas clients apply"
            )
        }
        let profiles = try await connection.query("SELECT DISTINCT name FROM habeas.profile").decode(as: String.self)
        for (declaration, record) in zip(declarations, records) where !profiles.contains(declaration.profile) {
            throw record.fault(
                "profile",
                "names \(TextTable.printable(declaration.profile)), which was never applied",
                "apply it with habeas policy apply FOLDER"
            )
        }
        let rows = try await connection.query(
            StoredPublisher.select("WHERE id = ANY(\(declarations.map(\.id))::text[]) ORDER BY id FOR NO KEY UPDATE")
        )
        let stored = Dictionary(
            try rows.map { row in
                let publisher = try StoredPublisher(row: row)
                return (publisher.declaration.id, publisher)
            },
            uniquingKeysWith: { first, _ in first }
        )
        let pen = try await EvidencePen(on: connection)
        var chain = try await EvidenceChain.ofInstallation(on: connection)
        var statements: [SQL] = []
        var changes: [Change] = []
        for (declaration, record) in zip(declarations, records) {
            let before = stored[declaration.id]
            let isRevoked = before?.revokedAt != nil
            guard !isRevoked || reinstate else {
                throw record.fault("id", "is revoked", "leave it out of the list, or give --reinstate")
            }
            let fields = declaration.differences(from: before?.declaration)
            guard !fields.isEmpty || isRevoked else {
                changes.append(Change(id: declaration.id, result: "unchanged", fields: []))
                continue
            }
            let result = before == nil ? "created" : isRevoked ? "reinstated" : "changed"
            statements.append(declaration.upsert)
            statements += pen.append("publisher.applied", to: &chain) { body in
                body.member("publisher", declaration.id)
                body.member("result", result)
                body.member("changed", fields)
                body.member("clients", declaration.clients)
                body.member("event_types", declaration.eventTypes)
                if let rate = declaration.eventsPerSecond { body.member("events_per_second", rate) }
            }
            changes.append(Change(id: declaration.id, result: result, fields: fields))
        }
        if !statements.isEmpty { _ = try await connection.pipeline(statements) }
        return changes
    }
}

extension PublisherDeclaration {
    fileprivate var upsert: SQL {
        """
        INSERT INTO habeas.publisher (id, broker_user, profile, clients, event_types, source_prefixes, events_per_second, applied_by)
        VALUES (\(id), \(brokerUser), \(profile), \(clients), \(eventTypes), \(sourcePrefixes), \(eventsPerSecond), session_user)
        ON CONFLICT (id) DO UPDATE
           SET broker_user = EXCLUDED.broker_user, profile = EXCLUDED.profile, clients = EXCLUDED.clients,
               event_types = EXCLUDED.event_types, source_prefixes = EXCLUDED.source_prefixes,
               events_per_second = EXCLUDED.events_per_second, revoked_at = NULL,
               applied_at = now(), applied_by = session_user
        """
    }
}
