import Fleet
import Foundation
import Ledger
import Logging
import Postgres
import Rights
import TestKit

@testable import Connectors

/// A shop's own database, as the data map describes it, and a connector to it.
struct PostgresFixture {
    let connector: PostgresConnector
    let system: DataSystem
    let configuration: PostgresConfiguration

    static let schema = """
        CREATE TABLE account (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), client text NOT NULL, email text, customer text,
          name text, restricted boolean NOT NULL DEFAULT false, no_marketing timestamptz);
        CREATE INDEX ON account (lower(email));
        CREATE TABLE address (id bigserial PRIMARY KEY, account uuid NOT NULL REFERENCES account, street text);
        CREATE TABLE room (id bigserial PRIMARY KEY, address bigint NOT NULL REFERENCES address, label text);
        CREATE TABLE invoice (number text PRIMARY KEY, account uuid NOT NULL REFERENCES account, amount integer);
        CREATE TABLE survey (client text NOT NULL, id integer NOT NULL, email varchar(40) NOT NULL, phone text, born date,
          income integer, note text, PRIMARY KEY (client, id));
        CREATE TABLE thread (id bigserial PRIMARY KEY, client text NOT NULL, subject text, participants text[] NOT NULL,
          members uuid[] NOT NULL DEFAULT '{}', watchers jsonb NOT NULL DEFAULT '[]', opened_by text);
        """

    static let yaml = """
        id: shop
        kind: own
        purposes: [service]
        categories: [profile, invoices]
        internal: true
        limits: {in_flight: 8}
        connector:
          kind: postgres
          url: env:SHOP
          tenants: {acme: ACME}
          tables:
            - name: room
              key: id
              via: {table: address, column: address, references: id}
            - name: address
              key: id
              via: {table: account, column: account, references: id}
            - name: invoice
              key: number
              category: invoices
              via: {table: account, column: account, references: id}
            - name: thread
              key: id
              tenant: client
              match: {email: opened_by}
              remove_from:
                participants: {identity: email, ignore_case: true}
                members: {table: account, references: id}
                watchers: {identity: email, field: mail}
            - name: survey
              key: [client, id]
              tenant: client
              match: {email: email, phone: phone}
              erase:
                columns: {email: mask, phone: mask, born: deidentify, income: deidentify, note: keep}
              corrections: {phone: phone}
            - name: public.account
              key: id
              tenant: client
              match:
                email: {column: email, ignore_case: true}
                controller_customer_id: customer
              corrections: {name: name, email: email}
              restricted: restricted
              suppressed: {marketing: no_marketing}
        """

    /// - Parameter through: where the database is reached, if not directly.
    init(
        yaml: String = Self.yaml.replacingOccurrences(of: "table: account", with: "table: public.account"),
        schema: String = Self.schema,
        through: PostgresConfiguration? = nil,
        slice: Duration = .seconds(30)
    ) async throws {
        configuration = try Database.current
        system = try SystemFile.system(yaml, path: "shop.yaml")
        connector = PostgresConnector(
            secrets: SecretStore(
                environment: ["SHOP": Self.url(through ?? configuration)],
                logger: Logger(label: "test")
            ),
            timeout: .seconds(60),
            slice: slice,
            logger: Logger(label: "test")
        )
        try await run(schema)
    }

    /// Does it once more for the same database, as another process would.
    func again(slice: Duration = .seconds(30)) -> PostgresConnector {
        PostgresConnector(
            secrets: SecretStore(environment: ["SHOP": Self.url(configuration)], logger: Logger(label: "test")),
            timeout: .seconds(60),
            slice: slice,
            logger: Logger(label: "test")
        )
    }

    func run(_ script: String) async throws {
        let connection = try await PostgresConnection.connect(configuration)
        try await connection.execute(script)
        await connection.close()
    }

    func number(_ sql: String) async throws -> Int {
        let connection = try await PostgresConnection.connect(configuration)
        let number = try await connection.query("SELECT (\(raw: sql))::int8").only.decode(0, as: Int64.self)
        await connection.close()
        return Int(number)
    }

    func text(_ sql: String) async throws -> String? {
        let connection = try await PostgresConnection.connect(configuration)
        let text = try await connection.query("SELECT (\(raw: sql))::text").only.decode(0, as: String?.self)
        await connection.close()
        return text
    }

    static let acme = client("acme")

    static func client(_ id: String) -> Client {
        Client(id: id, names: [], place: .unknown, isSuspended: false, hasBAA: false)
    }

    static func email(_ value: String) throws -> Identity { try identity(.email, value) }

    static func identity(_ type: IdentityType, _ value: String) throws -> Identity {
        guard let identity = Identity(type, value) else { throw CocoaError(.formatting) }
        return identity
    }

    func order(
        _ operation: TargetOperation = .erase,
        _ step: TargetOrder.Step = .act,
        key: UUID = UUID(),
        of identities: [Identity],
        client: Client? = Self.acme,
        corrections: [Correction] = [],
        suppresses: [String] = [],
        keeps: Set<String> = [],
        ends: Set<String>? = nil,
        checkpoint: String? = nil,
        copy: CopyDesk? = nil
    ) -> TargetOrder {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        return TargetOrder(
            key: key,
            step: step,
            operation: operation,
            system: system,
            caseID: UUID(),
            client: client,
            identities: identities,
            corrections: corrections,
            suppresses: suppresses,
            regulation: .gdpr,
            submittedAt: now,
            keeps: keeps,
            ends: ends,
            checkpoint: checkpoint,
            now: now,
            task: UUID(),
            effect: UUID(),
            copy: copy
        )
    }

    private static func url(_ configuration: PostgresConfiguration) -> String {
        var words = configuration.keywords
        words["host"] = configuration.hosts[0].name
        words["port"] = String(configuration.hosts[0].port)
        return words.sorted { $0.key < $1.key }.map { "\($0.key)='\($0.value)'" }.joined(separator: " ")
    }
}

extension TargetFindings {
    func rows(_ table: String, _ action: String) -> Int? {
        parts.first { $0.name == table && $0.action == action }?.rows
    }
}
