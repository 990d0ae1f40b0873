import Foundation
import Glibc
import Outbound
import TestKit
import Testing

@testable import Fleet

@Suite("A bucket of objects", .enabled(if: ObjectServer.isInstalled))
struct S3StoreTests {
    /// Deleted with the suite that a test runs in.
    private final class Folder: Sendable {
        let path = FileManager.default.temporaryDirectory.appending(path: "habeas-scratch-\(UUID())").path

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private let folder: Folder
    private let client: S3Client
    private let store: any ObjectStore

    init() throws {
        folder = try Folder()
        let http = try HTTPClient()
        let server = try ObjectServer.shared.get()
        let configuration = try FleetConfiguration.load(
            environment: ["HABEAS_EXPORTS_S3_SECRET_KEY": server.secret],
            flags: [
                "exports.s3.endpoint": server.endpoint, "exports.s3.bucket": try server.makeBucket(),
                "exports.s3.key_id": server.keyID, "exports.s3.path_style": "true", "exports.s3.internal": "true",
                "exports.s3.prefix": "p/q", "exports.scratch": folder.path,
            ]
        )
        let exports = try #require(configuration.exports)
        guard case .bucket(let settings, _, _) = exports.place else { throw StoreError.differs }
        client = S3Client(settings, on: http)
        store = try exports.store(http)
    }

    private func put(_ bytes: [UInt8], as name: String) async throws {
        let path = try store.scratch()
        try Data(bytes).write(to: URL(filePath: path))
        try await store.put(path, as: name)
    }

    private func error(_ body: () async throws -> Void) async -> StoreError? {
        await #expect(throws: StoreError.self) { try await body() }
    }

    private var scratch: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path) } }

    @Test("gives back what was put into it, whole and in ranges, and keeps no copy", arguments: [0, 1000, 9_000_000])
    func objects(size: Int) async throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8)) }
        try await put(bytes, as: "cases/17/bundle.zip")
        #expect(try scratch == [])
        #expect(try await store.size("cases/17/bundle.zip") == size)
        for (offset, length) in [(0, 10), (size / 2, 20), (size, 1), (size + 5, 3), (4, 0)] {
            let range = try await store.read("cases/17/bundle.zip", offset: offset, length: length)
            #expect(range == Array(bytes.dropFirst(offset).prefix(length)))
        }
        var local: LocalObject? = try await store.local("cases/17/bundle.zip")
        let path = try #require(local?.path)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(bytes))
        local = nil
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try await client.list(prefix: "") == ["p/q/cases/17/bundle.zip"])
    }

    @Test("touches nothing outside of its prefix")
    func prefix() async throws {
        for key in ["p/qq/a", "p/a", "a", "p/q/Foreign"] { try await client.put(key, [1]) }
        for name in ["a/1", "a/2/x.json", "a2/1", "b"] { try await put([1], as: name) }
        #expect(try await store.list(prefix: "") == ["a/1", "a/2/x.json", "a2/1", "b"])
        #expect(try await store.list(prefix: "a") == ["a/1", "a/2/x.json"])
        try await store.delete(prefix: "a")
        #expect(try await store.list(prefix: "") == ["a2/1", "b"])
        try await store.delete("b")
        try await store.delete("b")
        try await store.delete(prefix: "")
        #expect(try await client.list(prefix: "") == ["a", "p/a", "p/q/Foreign", "p/qq/a"])
    }

    @Test("says that something is missing, and keeps no file for it")
    func missing() async throws {
        #expect(try await store.size("a/b") == nil)
        #expect(await error { _ = try await store.read("a/b", offset: 0, length: 1) }?.code == .missing)
        #expect(await error { _ = try await store.local("a") }?.code == .missing)
        #expect(try scratch == [])
    }

    @Test("refuses every name that is none", arguments: ["", "/a", "a//b", "..", "a/../b", "A", "a b", "a.b.c"])
    func names(name: String) async throws {
        let path = try store.scratch()
        #expect(await error { try await store.put(path, as: name) }?.code == .refused)
        #expect(await error { _ = try await store.local(name) }?.code == .refused)
        #expect(await error { try await store.delete(name) }?.code == .refused)
        #expect(await error { try await store.put("/etc/hostname", as: "a") }?.code == .refused)
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test("has nothing under a name whose writer died, and sweeps what it left after a day")
    func leftovers() async throws {
        let (old, young) = (try store.scratch(), try store.scratch())
        #expect(try await store.list(prefix: "") == [])
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -86_500)],
            ofItemAtPath: old
        )
        let foreign = "\(folder.path)/foreign"
        try Data().write(to: URL(filePath: foreign))
        try FileManager.default.setAttributes([.modificationDate: Date.distantPast], ofItemAtPath: foreign)
        try await store.sweep()
        #expect(try scratch.sorted() == ["foreign", String(young.dropFirst(folder.path.count + 1))])
    }

    @Test("is checked by using it, and leaves no trace of that")
    func checking() async throws {
        try await store.check()
        #expect(try await client.list(prefix: "") == [])
        #expect(try scratch == [])
        let lost = try S3Store(client, prefix: "p", scratch: "/nowhere/at/all")
        #expect(await error { try await lost.check() }?.code == .unreachable)
    }

    @Test("A store that does not let us in, or is not there, keeps the file for another attempt")
    func refusals() async throws {
        let server = try ObjectServer.shared.get()
        let http = try HTTPClient()
        for (url, bucket, code) in [
            (server.endpoint, "no-such-bucket", StoreError.Code.refused),
            ("http://127.0.0.1:1", "bucket", .unreachable),
        ] {
            let endpoint = try #require(S3Endpoint(url, bucket: bucket, addressing: .path))
            var settings = S3Client.Configuration(
                endpoint: endpoint,
                region: "us-east-1",
                credentials: .init(keyID: server.keyID, secret: server.secret)
            )
            settings.allowing = [.plain, .internalAddress]
            settings.pause = .milliseconds(1)
            let store = try S3Store(S3Client(settings, on: http), prefix: "p", scratch: folder.path)
            let path = try store.scratch()
            #expect(await error { try await store.put(path, as: "a") }?.code == code)
            #expect(FileManager.default.fileExists(atPath: path))
        }
    }
}
