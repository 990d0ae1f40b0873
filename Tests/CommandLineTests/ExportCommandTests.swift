import Crypto
import Fleet
import Foundation
import Ledger
import Postgres
import TestKit
import Testing

@Suite("habeas exports", .database)
struct ExportCommandTests {
    private static let words = "a bundle's bytes, anna.canary@example.org"

    /// An installation with one export that is ready, in a store of its own.
    private static func ready(
        _ body: (_ installation: Installation, _ request: UUID, _ export: UUID) async throws -> Void
    ) async throws {
        try await Installation.with { given in
            try await given.register()
            var installation = given
            let store = "\(given.folder.path)/exports"
            try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
            installation.environment["HABEAS_EXPORTS_FOLDER"] = store
            let request = try await installation.openCase(ref: "REQ-1")
            let ring = try KeyRing(file: "\(given.folder.path)/keys")
            let now = Date()
            let id = UUID.version7(at: now)
            let key = CaseKey(for: id)
            let folder = FolderStore(store)
            let path = try folder.scratch()
            let name = "\(id.uuidString.lowercased())/bundle-1"
            let writer = try SealedFileWriter(path, key: key.fileKey, name: name, hashing: true)
            try Array(words.utf8).withUnsafeBytes { try writer.write($0) }
            let (bytes, digest) = try writer.finish()
            try await folder.put(path, as: name)
            var export = ExportRecord(
                id: id,
                caseID: request,
                clientID: "acme",
                key: try key.wrapped(with: ring),
                at: now
            )
            let inserted = export.insert
            export.state = .ready
            export.bundle = ExportRecord.Bundle(
                object: name,
                bytes: bytes,
                sha256: digest.map { String(format: "%02x", $0) }.joined(),
                rows: 3,
                gaps: 0
            )
            export.readyAt = now
            export.expiresAt = now.addingTimeInterval(86_400)
            let updated = export.update
            _ = try await installation.withConnection { try await $0.pipeline([inserted, updated]) }
            try await body(installation, request, id)
        }
    }

    @Test("lists what there is, with its digest and its end, and nothing about people")
    func list() async throws {
        try await Self.ready { installation, request, export in
            let line = try await installation.run("exports", "list", "--json").object
            #expect(line["export"] as? String == export.uuidString.lowercased())
            #expect(line["request"] as? String == request.uuidString.lowercased())
            #expect(line["state"] as? String == "ready" && line["rows"] as? Int == 3 && line["gaps"] as? Int == 0)
            #expect((line["sha256"] as? String)?.count == 64)
            #expect(try await installation.run("exports", "list", "--client", "globex", "--json").output.isEmpty)
            let shown = try await installation.run("requests", "show", request.uuidString, "--json").object
            #expect((shown["exports"] as? [[String: Any]])?.count == 1)
            let strange = try await installation.run("exports", "list", "--state", "lost")
            #expect(strange.status == 64 && strange.errors.contains("collecting, ready, expired"))
        }
    }

    @Test("G6, K19: fetches a bundle into a file of one's own, and leaves who did it and why before")
    func fetch() async throws {
        try await Self.ready { installation, request, export in
            let path = "\(installation.folder.path)/copy.zip"
            let run = try await installation.run(
                "exports",
                "fetch",
                export.uuidString,
                "--output",
                path,
                "--why",
                "asked by acme, ticket 4711"
            )
            #expect(run.status == 0, "\(run.errors)")
            #expect(!run.output.contains("anna.canary"))
            #expect(try String(contentsOfFile: path, encoding: .utf8) == Self.words)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let body = try await installation.query(
                "SELECT body FROM habeas.evidence WHERE chain_id = \(request) AND fact = 'read_by_person'"
            ).only.decode(0, as: String.self)
            #expect(body.contains("ticket 4711") && body.contains(export.uuidString.lowercased()))
            // What is there is not written over.
            let again = try await installation.run(
                "exports",
                "fetch",
                request.uuidString,
                "--output",
                path,
                "--why",
                "again"
            )
            #expect(again.status == 1 && again.errors.contains("--output: exists"))
        }
    }

    @Test("N2: a bundle that is not what the evidence says is not handed out")
    func altered() async throws {
        try await Self.ready { installation, _, export in
            _ = try await installation.query("UPDATE habeas.export SET sha256 = repeat('0', 64) WHERE id = \(export)")
            let path = "\(installation.folder.path)/copy.zip"
            let run = try await installation.run("exports", "fetch", export.uuidString, "--output", path, "--why", "w")
            #expect(run.status == 1 && run.errors.contains("is not what its evidence says"))
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("ends one before its time, by a person's reason; the worker does the rest")
    func expire() async throws {
        try await Self.ready { installation, request, export in
            let run = try await installation.run(
                "exports",
                "expire",
                export.uuidString,
                "--reason",
                "fetched, ticket 1"
            )
            #expect(run.status == 0, "\(run.errors)")
            let over = try await installation.query(
                "SELECT expires_at <= habeas.domain_now() FROM habeas.export WHERE id = \(export)"
            ).only.decode(0, as: Bool.self)
            #expect(over)
            let facts = try await installation.query(
                "SELECT fact FROM habeas.evidence WHERE chain_id = \(request) ORDER BY seq DESC LIMIT 1"
            ).decode(as: String.self)
            #expect(facts == ["export.ended_by_person"])
            let woken = try await installation.query(
                "SELECT count(*)::int4 FROM habeas.outbox WHERE routing_key = 'habeas.export'"
            ).only.decode(0, as: Int.self)
            #expect(woken == 1)
        }
    }

    @Test("Y5: shows to whom a copy was handed over and when, and ends none that is on its way")
    func handOver() async throws {
        try await Self.ready { installation, request, export in
            _ = try await installation.query(
                "UPDATE habeas.export SET hand_over = 'under_way', receiver = 'globex' WHERE id = \(export)"
            )
            let line = try await installation.run("exports", "list", "--json").object
            #expect(line["hand_over"] as? String == "under_way" && line["receiver"] as? String == "globex")
            let early = try await installation.run("exports", "expire", export.uuidString, "--reason", "r")
            #expect(early.status == 1 && early.errors.contains("is being handed over"), "\(early.errors)")
            _ = try await installation.query(
                "UPDATE habeas.export SET hand_over = 'done', handed_over_at = '2026-03-02 10:00Z' WHERE id = \(export)"
            )
            let shown = try await installation.run("requests", "show", request.uuidString)
            #expect(shown.output.contains("HANDED OVER"), "\(shown.output)")
            #expect(shown.output.contains("globex 2026-03-02"), "\(shown.output)")
            let over = try await installation.run("exports", "expire", export.uuidString, "--reason", "r")
            #expect(over.status == 0, "\(over.errors)")
            // Done is when somebody has confirmed it.
            await #expect(throws: PostgresError.self) {
                try await installation.query("UPDATE habeas.export SET handed_over_at = NULL WHERE id = \(export)")
            }
        }
    }

    @Test("what is not ready, unknown or over is refused with what helps")
    func refused() async throws {
        try await Self.ready { installation, _, export in
            let unknown = try await installation.run(
                "exports",
                "fetch",
                UUID().uuidString,
                "--output",
                "/tmp/x",
                "--why",
                "w"
            )
            #expect(unknown.status == 1 && unknown.errors.contains("export: is unknown"))
            _ = try await installation.query(
                """
                UPDATE habeas.export SET state = 'expired', kek_id = NULL, wrapped_key = NULL, expired_at = now() WHERE id = \(export)
                """
            )
            let over = try await installation.run(
                "exports",
                "fetch",
                export.uuidString,
                "--output",
                "/tmp/x",
                "--why",
                "w"
            )
            #expect(over.status == 1 && over.errors.contains("its key is destroyed"))
            let ended = try await installation.run("exports", "expire", export.uuidString, "--reason", "r")
            #expect(ended.status == 1 && ended.errors.contains("is over already"))
            // A key that was destroyed does not come back, whoever writes.
            await #expect(throws: PostgresError.self) {
                try await installation.query(
                    "UPDATE habeas.export SET state = 'ready', kek_id = 'k', wrapped_key = 'x' WHERE id = \(export)"
                )
            }
        }
    }
}
