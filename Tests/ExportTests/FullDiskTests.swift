import Connectors
import Crypto
import FanOutKit
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Export

@Suite("A store whose file system is full", .database, .smallDisk)
struct FullDiskTests {
    private static let ada = #"[{"type":"email","value":"ada@example.org"}]"#
    /// Less than what is collected, and less than the bundle.
    private static let tooLittle = 64 << 10

    /// Its part waits for a person, and so does the bundle.
    private static let archive = """
        id: archive
        title: Paper archive
        kind: own
        internal: true
        categories: [letters]
        purposes: [support]
        region: DE
        connector: {kind: manual, owner: Archive, instructions: Look into cabinet 3.}
        """

    /// `target.act retrying disk_full`, of all that is not done.
    private static func waiting(_ fixture: ExportFixture) async throws -> [String] {
        try await fixture.text(
            """
            SELECT concat_ws(' ', kind, state, cause) FROM habeas.effect
             WHERE state <> 'done' AND (kind = 'export.bundle' OR target_id = 'system:shop') ORDER BY id
            """
        )
    }

    /// Nobody is told of a copy, and none is there.
    private static func expectNothingReady(_ id: UUID, _ fixture: ExportFixture) async throws {
        let export = try await fixture.export(id)
        #expect(export.state == .collecting && export.bundle == nil && export.readyAt == nil)
        #expect(try await fixture.state(id) == "in_progress")
        #expect(try await fixture.facts(id).contains("export.ready") == false)
        #expect(
            try await fixture.count(
                "SELECT count(*)::int4 FROM habeas.outbox WHERE message_type = 'io.habeas.export.ready.v1'"
            ) == 0
        )
    }

    /// The digest of the case's bundle as it is put together of the same pieces where there is room.
    private static func digest(_ id: UUID, _ fixture: ExportFixture) async throws -> String {
        let roomy = FileManager.default.temporaryDirectory.appending(path: "habeas-roomy-\(UUID())").path
        try FileManager.default.copyItem(atPath: fixture.peers.folder, toPath: roomy)
        defer { try? FileManager.default.removeItem(atPath: roomy) }
        let store = FolderStore(roomy)
        let read = try await fixture.owner.withConnection { connection in
            try await connection.pipeline([
                "SELECT \(CaseFileRecord.columns) FROM habeas.case_file WHERE id = \(id)",
                FanOutTarget.reading(of: [id]), ExportPieces.reading(ofCases: [id]),
            ])
        }
        let pieces = try read[2].map { try ExportPieces.decode($0) }
        var objects: [String: LocalObject] = [:]
        for entry in pieces { objects[entry.piece.object] = try await store.local(entry.piece.object) }
        let export = try await fixture.export(id)
        let wrapped = try #require(export.key)
        let key = try CaseKey(unwrapping: wrapped, for: export.id, with: fixture.ring).fileKey
        let contents = try BundleContents(
            try CaseFileRecord(row: read[0].only),
            nil,
            try read[1].map { try FanOutTarget(row: $0) },
            pieces,
            fixture.registry.current,
            try LetterBook(folder: ExportFixture.deploy),
            personLocale: nil,
            objects: objects,
            key: key
        )
        let press = BundlePress()
        defer { press.stop() }
        let signing = try #require(fixture.ring.signing)
        let made = try await press.make(contents, signing, path: try store.scratch(), key: key, name: "roomy/bundle")
        #expect(made.bytes > 2 * tooLittle, "it would have had room")
        return made.sha256.map { String(format: "%02x", $0) }.joined()
    }

    @Test(
        "N3, N4: a copy waits with `disk_full`, collected or put together in part by nobody's name, and is the same when there is room"
    )
    func full() async throws {
        let disk = try SmallDisk(megabytes: 24)
        try await ExportFixture.with([ExportFixture.shop, Self.archive], in: disk.path) { fixture in
            try await fixture.fill(tickets: 4_000)
            // While it is collected.
            try disk.fill(leaving: Self.tooLittle)
            let id = try await fixture.ask("access", identities: Self.ada)
            try await fixture.settle()
            for _ in 0..<3 {
                #expect(try await Self.waiting(fixture) == ["target.act retrying disk_full"])
                try await Self.expectNothingReady(id, fixture)
                #expect(try await fixture.count("SELECT count(*)::int4 FROM habeas.export_piece") == 0)
                #expect(disk.files == [])
                try await fixture.hurry()
            }
            // Not a byte is left.
            try disk.fill(leaving: 0)
            try await fixture.hurry()
            #expect(try await Self.waiting(fixture) == ["target.act retrying disk_full"])
            #expect(disk.files == [])
            try disk.makeRoom()
            try await fixture.hurry()
            #expect(try await fixture.targets(id).first == "shop verified done")
            // While the bundle is put together.
            let pieces = disk.files
            #expect(!pieces.isEmpty)
            #expect(try await fixture.stored().count == pieces.count)
            try disk.fill(leaving: Self.tooLittle)
            try await fixture.answer(TaskAnswer(.person, .done, at: Date()), at: "archive", of: id)
            for _ in 0..<3 {
                #expect(try await Self.waiting(fixture) == ["export.bundle retrying disk_full"])
                try await Self.expectNothingReady(id, fixture)
                #expect(disk.files == pieces)
                try await fixture.hurry()
            }
            let digest = try await Self.digest(id, fixture)
            try disk.makeRoom()
            try await fixture.hurry()
            #expect(try await fixture.state(id) == "fulfilled")
            let export = try await fixture.export(id)
            #expect(export.state == .ready && export.bundle?.sha256 == digest && export.bundle?.rows == 4_001)
            #expect(try await fixture.stored() == [try #require(export.bundle?.object)])
            let bytes = try await fixture.bundle(id)
            #expect(SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined() == digest)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }
}
