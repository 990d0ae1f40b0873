import Foundation
import Glibc
import Testing

@testable import Fleet

@Suite("A folder of objects")
struct FolderStoreTests {
    /// Deleted with the suite that a test runs in.
    private final class Folder: Sendable {
        let path = FileManager.default.temporaryDirectory.appending(path: "habeas-store-\(UUID())").path

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private let folder: Folder
    private let store: FolderStore

    init() throws {
        folder = try Folder()
        store = FolderStore(folder.path)
    }

    private func put(_ bytes: [UInt8], as name: String) async throws {
        let path = try store.scratch()
        try Data(bytes).write(to: URL(filePath: path))
        try await store.put(path, as: name)
    }

    private func error(_ body: () async throws -> Void) async -> StoreError? {
        await #expect(throws: StoreError.self) { try await body() }
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder.path)/\(path)") }

    @Test("gives back what was put into it, whole and in ranges")
    func objects() async throws {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        try await put(bytes, as: "cases/17/bundle.zip")
        #expect(try await store.size("cases/17/bundle.zip") == 1000)
        for (offset, length) in [(0, 1000), (0, 1), (999, 5), (10, 20), (1000, 1), (2000, 3), (4, 0), (0, Int.max)] {
            let range = try await store.read("cases/17/bundle.zip", offset: offset, length: length)
            #expect(range == Array(bytes.dropFirst(offset).prefix(length)))
        }
        let local = try await store.local("cases/17/bundle.zip")
        #expect(try Data(contentsOf: URL(filePath: local.path)) == Data(bytes))
        #expect(local.path == "\(folder.path)/cases/17/bundle.zip")
        try await put([1], as: "cases/17/bundle.zip")
        #expect(try await store.size("cases/17/bundle.zip") == 1)
    }

    @Test("keeps files and folders to their owner")
    func modes() async throws {
        let path = try store.scratch()
        #expect(mode(path) == 0o600)
        chmod(path, 0o666)
        try await store.put(path, as: "cases/17/bundle")
        #expect(mode("\(folder.path)/cases/17/bundle") == 0o600)
        for name in ["cases", "cases/17", ".scratch"] { #expect(mode("\(folder.path)/\(name)") == 0o700) }
    }

    @Test("lists by whole segments, and what is not an object's not at all")
    func listing() async throws {
        #expect(try await store.list(prefix: "") == [])
        for name in ["a/1", "a/2/x.json", "a2/1", "b"] { try await put([1], as: name) }
        try Data().write(to: URL(filePath: "\(folder.path)/a/Foreign.txt"))
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/a/link",
            withDestinationPath: "\(folder.path)/b"
        )
        _ = try store.scratch()
        #expect(try await store.list(prefix: "") == ["a/1", "a/2/x.json", "a2/1", "b"])
        #expect(try await store.list(prefix: "a") == ["a/1", "a/2/x.json"])
        #expect(try await store.list(prefix: "a/") == ["a/1", "a/2/x.json"])
        #expect(try await store.list(prefix: "a/2") == ["a/2/x.json"])
        #expect(try await store.list(prefix: "c") == [])
    }

    @Test("deletes objects with the folders they leave empty, one or all below a prefix")
    func deleting() async throws {
        for name in ["a/1/x", "a/1/y", "a/2/x", "a2/1"] { try await put([1], as: name) }
        try await store.delete("a/1/x")
        try await store.delete("a/1/x")
        try await store.delete("nowhere/at/all")
        #expect(try await store.size("a/1/x") == nil)
        #expect(exists("a/1"))
        try await store.delete(prefix: "a/1")
        #expect(!exists("a/1"))
        try await store.delete(prefix: "a")
        #expect(!exists("a"))
        #expect(try await store.list(prefix: "") == ["a2/1"])
        try await store.delete(prefix: "")
        #expect(try await store.list(prefix: "") == [])
        #expect(exists(""))
    }

    @Test("says that something is missing")
    func missing() async throws {
        #expect(try await store.size("a/b") == nil)
        #expect(await error { _ = try await store.read("a/b", offset: 0, length: 1) }?.code == .missing)
        #expect(await error { _ = try await store.local("a") }?.code == .missing)
        #expect(await error { try await store.put("\(folder.path)/.scratch/scratch-0", as: "a") }?.code == .missing)
    }

    @Test(
        "refuses every name that is none",
        arguments: [
            "", "/", "a/", "/a", "a//b", ".", "..", "../a", "a/../b", "a/./b", "A", "a b", "a_b", "ä", "a\\b",
            "a\u{7F}b",
            "a\n", ".scratch/x", ".a", "a.", "a.b.c", "a..b", "*", "~", "a:b", "%2e%2e", "a\u{301}",
            String(repeating: "a", count: 201), String(repeating: "a/", count: 300) + "a",
        ]
    )
    func names(name: String) async throws {
        let path = try store.scratch()
        #expect(await error { try await store.put(path, as: name) }?.code == .refused)
        #expect(await error { _ = try await store.local(name) }?.code == .refused)
        #expect(await error { _ = try await store.size(name) }?.code == .refused)
        #expect(await error { _ = try await store.read(name, offset: 0, length: 1) }?.code == .refused)
        #expect(await error { try await store.delete(name) }?.code == .refused)
        if !["", "a/"].contains(name) {
            #expect(await error { _ = try await store.list(prefix: name) }?.code == .refused)
        }
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test("takes only files of its own scratch")
    func foreign() async throws {
        let other = FileManager.default.temporaryDirectory.appending(path: "scratch-\(UUID().uuidString.lowercased())")
        try Data([1]).write(to: other)
        defer { unlink(other.path) }
        let path = try store.scratch()
        for file in [other.path, "\(folder.path)/.scratch/../b", "\(folder.path)/.scratch//x", "", path + "/"] {
            #expect(await error { try await store.put(file, as: "a") }?.code == .refused)
        }
        // A second name for somebody else's file.
        unlink(path)
        #expect(Glibc.link(other.path, path) == 0)
        #expect(await error { try await store.put(path, as: "a") }?.code == .refused)
        #expect(await error { _ = try await store.size("a\u{0}b") }?.code == .refused)
        #expect(await error { _ = try await store.read("a", offset: -1, length: 1) }?.code == .refused)
        #expect(await error { _ = try await store.read("a", offset: 0, length: -1) }?.code == .refused)
    }

    @Test("follows no link")
    func links() async throws {
        let outside = try Folder()
        try Data([7]).write(to: URL(filePath: "\(outside.path)/x"))
        try await put([1], as: "a/x")
        for (name, target) in [("l", outside.path), ("a/m", "\(outside.path)/x"), ("a/n", "\(folder.path)/a/x")] {
            #expect(symlink(target, "\(folder.path)/\(name)") == 0)
        }
        for name in ["l/x", "a/m", "a/n"] {
            #expect(await error { _ = try await store.read(name, offset: 0, length: 1) }?.code == .refused)
            #expect(await error { _ = try await store.local(name) }?.code == .refused)
            #expect(await error { _ = try await store.size(name) }?.code == .refused)
        }
        #expect(await error { try await put([1], as: "l/y") }?.code == .refused)
        #expect(await error { try await store.delete("l/x") }?.code == .refused)
        #expect(try FileManager.default.contentsOfDirectory(atPath: outside.path) == ["x"])
        // A link in place of the object is replaced or deleted itself, not what it leads to.
        try await put([2], as: "a/m")
        try await store.delete("a/n")
        #expect(try Data(contentsOf: URL(filePath: "\(outside.path)/x")) == Data([7]))
        #expect(try await store.list(prefix: "") == ["a/m", "a/x"])
        let path = try store.scratch()
        unlink(path)
        #expect(symlink("\(outside.path)/x", path) == 0)
        #expect(await error { try await store.put(path, as: "b") }?.code == .refused)
    }

    @Test("does not wait for what is no file")
    func pipes() async throws {
        #expect(mkfifo("\(folder.path)/pipe", 0o600) == 0)
        #expect(await error { _ = try await store.read("pipe", offset: 0, length: 1) }?.code == .refused)
        #expect(await error { _ = try await store.size("pipe") }?.code == .refused)
        #expect(try await store.list(prefix: "") == [])
    }

    @Test("has no object where a folder is, and no folder where an object is")
    func occupied() async throws {
        try await put([1], as: "a/b")
        #expect(await error { try await put([1], as: "a") }?.code == .refused)
        #expect(await error { try await put([1], as: "a/b/c") }?.code == .refused)
        #expect(await error { try await store.delete("a") }?.code == .refused)
        #expect(try await store.list(prefix: "") == ["a/b"])
    }

    @Test("has nothing under a name whose writer died, and sweeps what it left after a day")
    func leftovers() async throws {
        let (old, young) = (try store.scratch(), try store.scratch())
        for path in [old, young] { try Data([1, 2, 3]).write(to: URL(filePath: path)) }
        // Another program, later.
        let later = FolderStore(folder.path)
        #expect(try await later.size("a") == nil)
        #expect(try await later.list(prefix: "") == [])
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -86_500)],
            ofItemAtPath: old
        )
        try await later.sweep()
        #expect(!FileManager.default.fileExists(atPath: old))
        #expect(FileManager.default.fileExists(atPath: young))
        try await later.put(young, as: "a")
        #expect(try await later.size("a") == 3)
    }

    @Test("Objects that are put and deleted in the same folders at once all arrive")
    func race() async throws {
        let other = FolderStore(folder.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<100 {
                group.addTask {
                    let store = index.isMultiple(of: 2) ? store : other
                    let path = try store.scratch()
                    try await store.put(path, as: "a/b/c/\(index)")
                    try await store.delete("a/b/c/\(index)")
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.list(prefix: "") == [])
    }

    @Test("is checked by using it, and leaves no trace of that")
    func checking() async throws {
        try await store.check()
        #expect(try await store.list(prefix: "") == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/.scratch") == [])
        #expect(await error { try await FolderStore("/nowhere/at/all").check() }?.code == .unreachable)
        #expect(await error { try await FolderStore("/dev/null").check() }?.code == .refused)
        #expect(await error { try await FolderStore("/proc").check() } != nil)
    }

    @Test(
        "tells full disks and lost rights from other faults",
        arguments: [
            (ENOSPC, StoreError.Code.full, true), (EDQUOT, .full, true), (EACCES, .refused, false),
            (EROFS, .refused, false),
            (ELOOP, .refused, false), (ENOENT, .missing, false), (ESTALE, .unreachable, true), (EIO, .io, true),
        ]
    )
    func faults(number: Int32, code: StoreError.Code, isRetryable: Bool) {
        let error = StoreError(system: number)
        #expect(error.code == code)
        #expect(error.isRetryable == isRetryable)
        #expect(!error.description.isEmpty)
    }
}
