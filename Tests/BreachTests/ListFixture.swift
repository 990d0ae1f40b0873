import Breach
import Connectors
import Export
import FanOutKit
import Fleet
import Foundation
import Ledger
import Outbound
import Postgres
import Rights
import TestKit

/// The export worker beside the breach worker, with a real store: it makes lists of people.
struct ListMaker: Sendable {
    let mate: WorkerMate<ExportPlanner, ExportPerformer>
    let store: FolderStore
    let folder: String
}

extension FanOutBench where Planner == NoticePlanner, Performer == BreachPerformer, Peers == Receivers {
    static func withLists(_ body: (_ fixture: BreachFixture, _ lists: ListMaker) async throws -> Void) async throws {
        let configuration = try Database.current
        let folder = "\(FileManager.default.temporaryDirectory.path)/habeas-lists-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = FolderStore(folder)
        let http = try HTTPClient()
        try await with { fixture in
            let mate = try await WorkerMate(beside: fixture, configuration, .export, role: "export") { ring, registry in
                (
                    ExportPlanner(ring: ring, keep: Period(30, .calendarDay)),
                    ExportPerformer(
                        ring: ring,
                        registry: registry,
                        connectors: ConnectorBook([:]),
                        store: store,
                        letters: try LetterBook(folder: deploy),
                        uploads: UploadSender(
                            http: http,
                            secrets: SecretStore(environment: [:], logger: quiet),
                            timeout: .seconds(10)
                        )
                    )
                )
            }
            var fixture = fixture
            fixture.mates = [mate]
            do {
                try await body(fixture, ListMaker(mate: mate, store: store, folder: folder))
            } catch {
                await mate.performer.close()
                try await mate.close()
                throw error
            }
            await mate.performer.close()
            try await mate.close()
        }
        await http.close()
    }

    /// Identities, sealed for the fleet as a publisher seals them.
    func sealed(_ people: String) throws -> String {
        guard let intake = ring.intake else { throw ListMissing() }
        return try intake.receiver.seal(Array(people.utf8))
    }

    /// `1 ready`, of a case, in the order of their numbers.
    func lists(_ id: UUID) async throws -> [String] {
        try await text("SELECT list || ' ' || state FROM habeas.export WHERE case_id = \(id) ORDER BY list")
    }

    func export(_ id: UUID, list: Int) async throws -> ExportRecord {
        try await owner.withConnection { connection in
            let records = try await connection.query(ExportRecord.reading(of: [id])).map { try ExportRecord(row: $0) }
            guard let found = records.first(where: { $0.list == list }) else { throw ListMissing() }
            return found
        }
    }

    /// The bundle of a list, decrypted, as somebody fetches it, by the names of its files.
    func opened(_ export: ExportRecord, in lists: ListMaker) async throws -> [String: String] {
        guard let wrapped = export.key, let bundle = export.bundle else { throw ListMissing() }
        let key = try CaseKey(unwrapping: wrapped, for: export.id, with: ring).fileKey
        let object = try await lists.store.local(bundle.object)
        let reader = try SealedFileReader(object.path, key: key, name: bundle.object)
        var bytes: [UInt8] = []
        while let frame = try reader.next() { bytes += frame }
        let listing = try Python.run(
            """
            import io, json, sys, zipfile
            archive = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
            assert archive.testzip() is None
            print(json.dumps({n: archive.read(n).decode('utf-8-sig', 'replace') for n in archive.namelist()}))
            """,
            input: Data(bytes)
        )
        guard let files = try JSONSerialization.jsonObject(with: Data(listing.utf8)) as? [String: String] else {
            throw ListMissing()
        }
        return files
    }
}

struct ListMissing: Error {}
