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

@Suite("Files that people hand in for a copy", .database)
struct HandedInTests {
    private static let ada = #"[{"type":"email","value":"ada@example.org"}]"#
    private static let letter = "Dear Ada Canary, with love"

    private static let archive = """
        id: archive
        title: Paper archive
        kind: own
        categories: [letters]
        purposes: [record_keeping]
        region: DE
        stored_for: ten years
        connector: {kind: manual, owner: records desk, instructions: Look into cabinet 3.}
        """

    private static let crm = """
        id: crm
        title: CRM
        kind: own
        internal: true
        categories: [contacts]
        purposes: [support]
        region: DE
        mandatory: false
        connector: {kind: opendsr, url: "https://dsr.crm.example/v2"}
        """

    /// Seals files as `habeas tasks complete --file` does, and says so.
    private static func handIn(
        _ files: [(name: String, text: String)],
        at system: String,
        of id: UUID,
        _ fixture: ExportFixture
    ) async throws {
        let export = try await fixture.export(id)
        let wrapped = try #require(export.key)
        let task = try #require(
            try await fixture.ids("SELECT id FROM habeas.fan_out WHERE case_id = \(id) AND system_id = \(system)").first
        )
        let desk = CopyDesk(
            store: fixture.peers.store,
            key: try CaseKey(unwrapping: wrapped, for: export.id, with: fixture.ring).fileKey,
            folder: "\(export.folder)/\(task.uuidString.lowercased())",
            slice: .zero
        )
        let folder = FileManager.default.temporaryDirectory.appending(path: "habeas-files-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var pieces: [CopiedPiece] = []
        for (ordinal, file) in files.enumerated() {
            let path = folder.appending(path: file.name)
            try Data(file.text.utf8).write(to: path)
            let taken = try await HandedInFile(path.path, ordinal: ordinal, desk)
            let digest = SHA256.hash(data: Data(file.text.utf8)).map { String(format: "%02x", $0) }.joined()
            #expect(taken.sha256 == digest)
            pieces.append(taken.piece)
        }
        try await fixture.answer(
            TaskAnswer(.person, .done, at: Date(), files: HandedIn(key: UUID(), pieces: pieces)),
            at: system,
            of: id
        )
    }

    @Test("G10, G1, K19: they are in the bundle as they are, with digest and size, and in the clear nowhere else")
    func whole() async throws {
        try await ExportFixture.with([ExportFixture.shop, Self.archive]) { fixture in
            try await fixture.fill(tickets: 1)
            let id = try await fixture.ask("access", identities: Self.ada)
            try await fixture.settle()
            #expect(try await fixture.targets(id) == ["shop verified done", "archive pending"])
            #expect(try await fixture.export(id).state == .collecting)
            let files = [("Letter to Ada Canary.PDF", Self.letter), ("list.html", "<script>")]
            try await Self.handIn(files, at: "archive", of: id, fixture)
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.targets(id).last == "archive verified done")
            let opened = try OpenedBundle(Data(try await fixture.bundle(id)))
            let manifest = try opened.manifest
            let listed = try #require(manifest["files"] as? [[String: Any]])
            #expect(listed.map { $0["original_name"] as? String } == ["Letter to Ada Canary.PDF", "list.html"])
            // What could run something when it is opened is not named so.
            #expect(listed.map { $0["name"] as? String } == ["data/files/0001.pdf", "data/files/0002.bin"])
            #expect(listed.map { $0["bytes"] as? Int } == [Self.letter.utf8.count, 8])
            let digest = SHA256.hash(data: Data(Self.letter.utf8)).map { String(format: "%02x", $0) }.joined()
            #expect(listed[0]["sha256"] as? String == digest)
            #expect(opened.text("data/files/0001.pdf") == Self.letter)
            #expect((manifest["gaps"] as? [Any])?.isEmpty == true)
            #expect(opened.text("index.html").contains(">files: 2</td>"))
            #expect(opened.text("index.html").contains("Paper archive</bdi>: <bdi>Files</bdi></h3>"))
            // Neither in the database nor in the store.
            for table in ["task_answer", "fan_out", "effect", "evidence", "export_piece", "outbox"] {
                let rows = try await fixture.text("SELECT x::text FROM habeas.\(raw: table) x")
                #expect(!rows.contains { $0.contains("Canary") }, "\(table)")
            }
            for name in try await fixture.stored() {
                let file = try Data(contentsOf: URL(filePath: fixture.peers.folder).appending(path: name))
                #expect(file.range(of: Data("Canary".utf8)) == nil)
            }
            // And gone with the copy.
            try await fixture.goAhead(days: 31)
            #expect(try await fixture.stored().isEmpty)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G10, N4: of a system that could not be asked they stand in the place of what had been collected")
    func insteadOf() async throws {
        try await ExportFixture.with([Self.crm]) { fixture in
            // A piece that nobody can read any more.
            fixture.peers.peers.say("crm", .act) { _ in
                var findings = TargetFindings()
                findings.pieces = [CopiedPiece("contacts", ordinal: 0, object: "gone/piece", rows: 3, bytes: 9)]
                return TargetReport(.refused("no_format"), findings)
            }
            let id = try await fixture.ask("access", identities: Self.ada)
            try await fixture.settle()
            #expect(try await fixture.targets(id) == ["crm stuck refused no_format"])
            try await Self.handIn([("crm.csv", "a,b")], at: "crm", of: id, fixture)
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.reviews(id) == ["target_stuck moot"])
            let opened = try OpenedBundle(Data(try await fixture.bundle(id)))
            #expect(opened.files.filter { $0.name.hasPrefix("data/") }.map(\.name) == ["data/files/0001.bin"])
            #expect(opened.text("data/files/0001.bin") == "a,b")
        }
    }

    @Test("G10: a system of which nothing is handed in is named with that")
    func others() async throws {
        try await ExportFixture.with([ExportFixture.shop, Self.archive]) { fixture in
            try await fixture.fill(tickets: 1)
            let first = try await fixture.ask("access", identities: Self.ada)
            try await fixture.settle()
            try await fixture.answer(TaskAnswer(.person, .done, at: Date()), at: "archive", of: first)
            let manifest = try OpenedBundle(Data(try await fixture.bundle(first))).manifest
            #expect((manifest["gaps"] as? [[String: Any]])?.first?["reason"] as? String == "handed_over_separately")
        }
    }
}
