import Export
import FanOutKit
import Fleet
import Foundation
import Ledger
import Outbound
import Postgres
import Rights
import TestKit

@testable import Connectors

/// What the export worker reaches in a test: an own database, a store, and systems that answer as the test says.
struct ExportPlace: Sendable {
    /// Of the store.
    let folder: String
    let store: FolderStore
    /// Systems that are reached by anything but `postgres`.
    let peers = ScriptedPeers()
}

/// The export worker with a real store and a real own database, which is the test's, beside the ledger's tables.
typealias ExportFixture = FanOutBench<ExportPlanner, ExportPerformer, ExportPlace>

extension FanOutBench where Planner == ExportPlanner, Performer == ExportPerformer, Peers == ExportPlace {
    /// - Parameters:
    ///   - systems: the data map, each entry as it stands in a file.
    ///   - place: the folder that the store's is made in.
    ///   - slice: how long a system is collected from at once.
    ///   - uploadSlice: how long a copy is sent at once to another controller, which has the secret `env:GLOBEX`.
    static func with(
        _ systems: [String],
        in place: String = FileManager.default.temporaryDirectory.path,
        slice: Duration = .seconds(4),
        uploadSlice: Duration = .seconds(30),
        uploadTimeout: Duration = .seconds(10),
        _ body: (ExportFixture) async throws -> Void
    ) async throws {
        let configuration = try Database.current
        let folder = "\(place)/habeas-exports-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let place = ExportPlace(folder: folder, store: FolderStore(folder))
        let databases = PostgresConnector(
            secrets: SecretStore(environment: ["SHOP": url(configuration)], logger: quiet),
            timeout: .seconds(60),
            slice: .seconds(4),
            logger: quiet
        )
        var ways: [String: any Connector] = ["postgres": databases]
        for way in ["opendsr", "http", "email"] { ways[way] = place.peers }
        let outside = try HTTPClient()
        ways["amqp"] = AppStandIn(
            peers: place.peers,
            connector: AppConnector(
                ConnectorServices(
                    http: outside,
                    secrets: SecretStore(environment: [:], logger: quiet),
                    mail: nil,
                    publisher: nil,
                    digest: KeyedDigest(try KeyRing(parsing: KeyRing.newFile()).looking),
                    timeout: .seconds(10),
                    logger: quiet
                )
            )
        )
        let book = ConnectorBook(ways)
        let uploads = UploadSender(
            http: outside,
            secrets: SecretStore(environment: ["GLOBEX": "s3cret"], logger: quiet),
            timeout: uploadTimeout,
            slice: uploadSlice
        )
        let fixture = try await ExportFixture(configuration, .export, role: "export", systems, place) {
            ring,
            registry in
            (
                ExportPlanner(ring: ring, keep: Period(30, .calendarDay)),
                ExportPerformer(
                    ring: ring,
                    registry: registry,
                    connectors: book,
                    store: place.store,
                    letters: try LetterBook(folder: Self.deploy),
                    uploads: uploads,
                    slice: slice
                )
            )
        }
        do {
            try await body(fixture)
            await fixture.performer.close()
            await databases.close()
            await outside.close()
            try await fixture.close()
        } catch {
            await fixture.performer.close()
            await databases.close()
            await outside.close()
            try await fixture.close()
            throw error
        }
    }

    private static func url(_ configuration: PostgresConfiguration) -> String {
        var words = configuration.keywords
        words["host"] = configuration.hosts[0].name
        words["port"] = String(configuration.hosts[0].port)
        return words.sorted { $0.key < $1.key }.map { "\($0.key)='\($0.value)'" }.joined(separator: " ")
    }

    // MARK: The own database

    static var shop: String {
        """
        id: shop
        title: Shop
        kind: own
        internal: true
        categories: [customers, tickets]
        purposes: [support]
        region: DE
        connector:
          kind: postgres
          url: env:SHOP
          tables:
          - name: shop.customers
            key: id
            tenant: client
            match: {email: email}
            category: customers
            withhold: {password_hash: secret}
          - name: shop.tickets
            key: id
            via: {table: shop.customers, column: customer, references: id}
            category: tickets
        """
    }

    /// Makes the own database's tables, with `tickets` of Ada's and some of somebody else's.
    func fill(tickets: Int) async throws {
        try await owner.withConnection { connection in
            try await connection.execute(
                """
                CREATE SCHEMA shop;
                CREATE TABLE shop.customers (id bigint PRIMARY KEY, client text, email text, name text, password_hash text, since timestamptz);
                CREATE TABLE shop.tickets (id bigint PRIMARY KEY, customer bigint REFERENCES shop.customers, subject text, body text,
                  price numeric, tags jsonb);
                INSERT INTO shop.customers VALUES (1, 'acme', 'ada@example.org', 'Ada Lovelace', 'x$1', '2020-05-01 12:00+02'),
                  (2, 'acme', 'bob@example.org', 'Bob', 'x$2', now());
                INSERT INTO shop.tickets SELECT n, 1 + n % 2, '=1+' || n, repeat('word ' || n || ' "quoted", ', 6) || E'\\nsecond line', n * 1.10,
                  '{"vip": true}' FROM generate_series(1, \(2 * tickets)) AS g (n);
                """
            )
        }
    }

    // MARK: Bundles

    /// The bundle of a case, decrypted, as somebody fetches it.
    func bundle(_ id: UUID) async throws -> [UInt8] {
        let export = try await export(id)
        guard let wrapped = export.key, let bundle = export.bundle else { throw ExportMissing() }
        let key = try CaseKey(unwrapping: wrapped, for: export.id, with: ring).fileKey
        let object = try await peers.store.local(bundle.object)
        let reader = try SealedFileReader(object.path, key: key, name: bundle.object)
        var bytes: [UInt8] = []
        while let frame = try reader.next() { bytes += frame }
        return bytes
    }

    func export(_ id: UUID) async throws -> ExportRecord {
        try await owner.withConnection { connection in
            let rows = try await connection.query(ExportRecord.reading(of: [id]))
            guard let last = rows.last else { throw ExportMissing() }
            return try ExportRecord(row: last)
        }
    }

    /// The names of all that lies in the store.
    func stored() async throws -> [String] { try await peers.store.list(prefix: "") }
}

struct ExportMissing: Error {}

/// An own app that is asked as the test says, and fetched from as it really is.
private struct AppStandIn: Connector {
    let peers: ScriptedPeers
    let connector: AppConnector

    var longestCall: Duration { connector.longestCall }
    var longestFetch: Duration { connector.longestFetch }

    func perform(_ order: TargetOrder) async -> TargetReport {
        order.step == .poll ? await connector.perform(order) : await peers.perform(order)
    }
}
