import Crypto
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("habeas tasks complete --file", .database)
struct FileHandInTests {
    private static let words = "Dear Ada Canary"

    private static func complete(
        _ copy: CopyInWork,
        _ files: [String],
        outcome: String = "done"
    ) async throws -> CommandLineRun {
        let words = ["tasks", "complete", copy.task.uuidString, "--outcome", outcome, "--reason", "found", "--json"]
        return try await CommandLine.run(
            words + files.flatMap { ["--file", $0] },
            environment: copy.installation.environment
        )
    }

    private static func stored(_ copy: CopyInWork) async throws -> [String] {
        try await FolderStore(copy.store).list(prefix: "")
    }

    @Test("G10, K19: files are sealed in the store at once, and the answer names them by ids alone")
    func sealed() async throws {
        try await CopyInWork.with { copy in
            let path = copy.installation.folder.path
            try copy.installation.folder.write("ada-canary.txt", Self.words)
            try copy.installation.folder.write("second.bin", "xyz")
            let run = try await Self.complete(copy, ["\(path)/ada-canary.txt", "\(path)/second.bin"])
            #expect(run.status == 0, "\(run.errors)")
            let digests = [Self.words, "xyz"].map { Hex.text(SHA256.hash(data: Data($0.utf8))) }
            #expect(try run.object["files"] as? [String] == digests)
            // Where the export's own words lie, under its key.
            let text = try await copy.installation.query("SELECT pieces FROM habeas.task_answer").only
                .decode(String.self)
            let pieces = try #require(CopiedPiece.list(reading: text))
            #expect(pieces.map(\.bytes) == [Self.words.utf8.count, 3] && pieces.map(\.ordinal) == [0, 1])
            #expect(try await Self.stored(copy) == pieces.map(\.object).sorted())
            let wrapped = try #require(copy.export.key)
            let ring = try KeyRing(file: "\(path)/keys")
            let key = try CaseKey(unwrapping: wrapped, for: copy.export.id, with: ring).fileKey
            let object = try await FolderStore(copy.store).local(pieces[0].object)
            let reader = try SealedFileReader(object.path, key: key, name: pieces[0].object)
            var bytes: [UInt8] = []
            while let frame = try reader.next() { bytes += frame }
            #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("\n\(Self.words)"))
            let raw = try Data(contentsOf: URL(fileURLWithPath: object.path))
            #expect(raw.range(of: Data("Canary".utf8)) == nil)
            // What is told: digests and sizes.
            let fact = try #require(try await EffectSeed.bodies(copy.installation, "task.answered").first)
            #expect(fact.contains(digests[0]) && !fact.lowercased().contains("canary"))
            #expect(!text.lowercased().contains("canary"))
            #expect(try await WaitingCase.woken(copy.installation).contains("habeas.export"))
        }
    }

    @Test("G10: an empty file, one over the limit, none, and one for another task are refused, and leave nothing")
    func refused() async throws {
        try await CopyInWork.with { copy in
            let path = copy.installation.folder.path
            try copy.installation.folder.write("fine", "x")
            try copy.installation.folder.write("empty", "")
            try copy.installation.folder.write("large", "")
            #expect(truncate("\(path)/large", off_t(1) << 30 + 1) == 0)
            for (file, word) in [("empty", "--file: is empty"), ("large", "1024 MiB"), ("none", "cannot be read")] {
                let run = try await Self.complete(copy, ["\(path)/fine", "\(path)/\(file)"])
                #expect(run.status == 1 && run.errors.contains(word), "\(run.errors)")
            }
            let early = try await Self.complete(copy, ["\(path)/fine"], outcome: "refused")
            #expect(early.status == 64 && early.errors.contains("say --outcome done"))
            _ = try await copy.installation.query(
                "UPDATE habeas.fan_out SET state = 'left' WHERE id = \(copy.task)"
            )
            let over = try await Self.complete(copy, ["\(path)/fine"])
            #expect(over.status == 1 && over.errors.contains("has come to its end"))
            _ = try await copy.installation.query("UPDATE habeas.fan_out SET state = 'pending', operation = 'erase'")
            let other = try await Self.complete(copy, ["\(path)/fine"])
            #expect(other.status == 1 && other.errors.contains("--file: belongs to a task of a copy"))
            #expect(try await Self.stored(copy).isEmpty)
            let scratch = try FileManager.default.contentsOfDirectory(atPath: "\(copy.store)/.scratch")
            #expect(scratch.isEmpty)
            #expect(try await copy.installation.query("SELECT FROM habeas.task_answer").isEmpty)
        }
    }

    @Test("G10: the list of tasks says how a copy is handed in")
    func listed() async throws {
        try await CopyInWork.with { copy in
            let task = try await copy.installation.run("tasks", "list", "--kind", "system_task", "--json").object
            let question = try #require(task["question"] as? String)
            #expect(question.contains("habeas tasks complete --file") && question.contains("cabinet 3"))
        }
    }
}
