import Foundation
import Glibc
import Logging
import Observability
import Testing

@testable import Fleet

@Suite("The store of secrets")
struct SecretStoreTests {
    /// A file of a test's own.
    private struct SecretFile {
        let path = FileManager.default.temporaryDirectory.appending(path: "secret-\(UUID())").path
        var reference: String { "file:\(path)" }

        func write(_ text: String, mode: mode_t = 0o600) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            chmod(path, mode)
        }

        func remove() { unlink(path) }
    }

    private func store(_ environment: [String: String] = [:]) -> SecretStore {
        SecretStore(environment: environment, logger: RuntimeFixture.quiet)
    }

    private func error(_ reference: String, _ store: SecretStore) throws -> SecretError {
        try #require(throws: SecretError.self) { try store.secret(reference) }
    }

    @Test("finds what a file and a variable hold, without the line's end")
    func found() throws {
        let file = SecretFile()
        defer { file.remove() }
        try file.write("whsec_x\r\n\n")
        let store = store(["HOOK": "from-environment"])
        #expect(try store.secret(file.reference) == "whsec_x")
        #expect(try store.secret("env:HOOK") == "from-environment")
    }

    @Test("reads a file again when it has changed, and not before")
    func replaced() throws {
        let file = SecretFile()
        defer { file.remove() }
        let store = store()
        try file.write("one")
        #expect(try store.secret(file.reference) == "one")
        try file.write("two")
        #expect(try store.secret(file.reference) == "two")
        // A change that shows neither in size nor in time nor in the file's number is none: nothing was read.
        var before = stat()
        #expect(stat(file.path, &before) == 0)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file.path))
        try handle.write(contentsOf: Data("six".utf8))
        try handle.close()
        #expect(utimensat(AT_FDCWD, file.path, [before.st_atim, before.st_mtim], 0) == 0)
        #expect(try store.secret(file.reference) == "two")
        file.remove()
        #expect(try error(file.reference, store).code == .absent)
    }

    @Test(
        "names a reference that leads nowhere, with the remedy",
        arguments: ["file:/nowhere/canary-file", "env:CANARY_VARIABLE"]
    )
    func absent(reference: String) throws {
        let error = try error(reference, store())
        #expect(error.code == .absent)
        #expect("\(error)".hasPrefix("\(reference): "))
        #expect("\(error)".contains("; "))
    }

    @Test(
        "never repeats what is no reference: it may be the secret",
        arguments: [
            "whsec_canary", "", "file:canary", "file:", "env:", "env:CAN-ARY", "env:1CANARY", "env:A canary",
            "FILE:/canary",
            "file:/a\ncanary", "file:/a\u{2028}canary", "vault:canary",
        ]
    )
    func noReference(text: String) throws {
        let error = try error(text, store(["CAN-ARY": "x"]))
        #expect(error.code == .noReference)
        #expect(!"\(error)".lowercased().contains("canary"))
    }

    @Test(
        "refuses what is empty or has several lines, and does not show it",
        arguments: ["", "\n", "canary\nsecond", "\ncanary"]
    )
    func content(text: String) throws {
        let file = SecretFile()
        defer { file.remove() }
        try file.write(text)
        let error = try error(file.reference, store(["HOOK": text]))
        #expect(error.code == .content)
        #expect(!"\(error)".contains("canary"))
        #expect(try self.error("env:HOOK", store(["HOOK": text])).code == .content)
    }

    @Test("warns of a file that everybody can read, once, by its reference; and takes it all the same")
    func worldReadable() throws {
        let file = SecretFile()
        defer { file.remove() }
        let log = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID())").path
        let descriptor = open(log, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer {
            close(descriptor)
            unlink(log)
        }
        let logger = Logger(label: "t") { JSONLogHandler(label: $0, level: .info, descriptor: descriptor) }
        let store = SecretStore(environment: [:], logger: logger)
        func lines() throws -> [Substring] {
            try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        }
        try file.write("canary", mode: 0o644)
        for _ in 0..<3 { #expect(try store.secret(file.reference) == "canary") }
        #expect(try lines().count == 1)
        #expect(try lines().allSatisfy { $0.contains("secret-") && !$0.contains("canary") })
        try file.write("canary2", mode: 0o600)
        _ = try store.secret(file.reference)
        #expect(try lines().count == 1)
    }
}
