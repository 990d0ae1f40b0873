import Foundation
import Glibc
import TestKit
import Testing

@testable import Outbound

@Suite("An object store that speaks S3", .enabled(if: ObjectServer.isInstalled))
struct S3ClientTests {
    private let server: ObjectServer
    private let http: HTTPClient
    private let settings: S3Client.Configuration
    private let client: S3Client

    init() throws {
        server = try ObjectServer.shared.get()
        http = try HTTPClient()
        let endpoint = try #require(
            S3Endpoint(server.endpoint, bucket: try server.makeBucket(), addressing: .path)
        )
        var settings = S3Client.Configuration(
            endpoint: endpoint,
            region: "us-east-1",
            credentials: .init(keyID: server.keyID, secret: server.secret)
        )
        settings.allowing = [.plain, .internalAddress]
        settings.partSize = 5 << 20
        self.settings = settings
        client = S3Client(settings, on: http)
    }

    private static func bytes(_ count: Int) -> [UInt8] {
        var state: UInt64 = 88_172_645_463_325_252
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
    }

    private func withFile<Result>(_ bytes: [UInt8] = [], _ body: (URL) async throws -> Result) async throws -> Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "habeas-s3-\(UUID())")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await body(file)
    }

    private func code(_ body: () async throws -> Void) async -> S3Error.Code? {
        await #expect(throws: S3Error.self) { try await body() }?.code
    }

    @Test("keeps small objects, and gives any range of them")
    func objects() async throws {
        let bytes = Self.bytes(1000)
        #expect(try await client.head("a/b.bin") == nil)
        try await client.put("a/b.bin", bytes)
        let object = try #require(try await client.head("a/b.bin"))
        #expect(object.size == 1000)
        for (offset, length) in [
            (0, 1000), (0, 1), (999, 1), (999, 50), (10, 20), (0, 5000), (1000, 1), (5000, 5), (3, 0),
        ] {
            let range = try await client.get("a/b.bin", offset: offset, length: length)
            #expect(range == Array(bytes.dropFirst(offset).prefix(length)), "\(offset) \(length)")
        }
        #expect(try await client.get("a/b.bin", offset: 0, length: 10, tag: object.tag).count == 10)
        try await client.put("a/b.bin", [])
        #expect(try await client.head("a/b.bin")?.size == 0)
        #expect(try await client.get("a/b.bin", offset: 0, length: 10) == [])
    }

    @Test("notices that an object is not the one that was meant")
    func changed() async throws {
        try await client.put("a", [1, 2, 3])
        let object = try #require(try await client.head("a"))
        try await client.put("a", [4, 5, 6])
        #expect(await code { _ = try await client.get("a", offset: 0, length: 3, tag: object.tag) } == .changed)
    }

    @Test("deletes, whether something is there or not")
    func deleting() async throws {
        try await client.put("a", [1])
        try await client.delete("a")
        try await client.delete("a")
        #expect(try await client.head("a") == nil)
        #expect(await code { _ = try await client.get("a", offset: 0, length: 1) } == .noKey)
        #expect(await code { try await client.download("a", to: "/dev/null") } == .noKey)
    }

    @Test(
        "takes files of any size, in parts where they are large, and gives them back",
        arguments: [0, 1, 5 << 20, (5 << 20) + 1, 12_000_000]
    )
    func files(size: Int) async throws {
        let bytes = Self.bytes(size)
        try await withFile(bytes) { try await client.upload($0.path, to: "file") }
        #expect(try await client.head("file")?.size == size)
        try await withFile(Array("what was there before".utf8)) { copy in
            let count = try await client.download("file", to: copy.path)
            let content = [UInt8](try Data(contentsOf: copy))
            #expect(count == size)
            #expect(content == bytes)
        }
        #expect(try await client.abortUploads(prefix: "", before: .distantFuture) == 0)
    }

    @Test("lists what begins with a prefix, page by page, in whatever characters")
    func listing() async throws {
        let keys = ["a/1", "a/2", "a/3 ä+%", "a/4&<b>", "a/5", "a/6", "ab", "b/1"]
        for key in keys { try await client.put(key, [1]) }
        #expect(try await client.list(prefix: "", pageSize: 3) == keys)
        #expect(try await client.list(prefix: "a/", pageSize: 2) == Array(keys.prefix(6)))
        #expect(try await client.list(prefix: "a/", pageSize: 6) == Array(keys.prefix(6)))
        #expect(try await client.list(prefix: "c/") == [])
    }

    @Test("shows nothing of an upload that was not finished, and what is left of it can be cleared")
    func leftovers() async throws {
        for key in ["x/1", "x/2", "y/1"] {
            let upload = try await client.beginUpload(key)
            let part = Self.bytes(100)
            _ = try await client.sendPart(part, SignatureV4.hash(part), number: 1, of: upload, key)
        }
        #expect(try await client.head("x/1") == nil)
        #expect(try await client.list(prefix: "") == [])
        #expect(try await client.abortUploads(prefix: "x/", before: Date(timeIntervalSince1970: 0)) == 0)
        #expect(try await client.abortUploads(prefix: "x/", before: .distantFuture) == 2)
        #expect(try await client.abortUploads(prefix: "x/", before: .distantFuture) == 0)
        #expect(try await client.abortUploads(prefix: "", before: .distantFuture) == 1)
        try await client.abortUpload("nothing", "x/1")
    }

    /// Begins to upload a file of many parts, so that there is a middle, and goes on when the store knows of the upload.
    private func withUpload(_ body: (Task<Void, any Error>, URL) async throws -> Void) async throws {
        var settings = settings
        settings.partSize = 16_384
        let client = S3Client(settings, on: http)
        try await withFile { file in
            // Of zeros that take no room.
            #expect(truncate(file.path, 1 << 30) == 0)
            let upload = Task { try await client.upload(file.path, to: "cut") }
            let deadline = ContinuousClock.now + .seconds(60)
            while try await client.pending() == 0, ContinuousClock.now < deadline { await Task.yield() }
            try await body(upload, file)
        }
        #expect(try await client.head("cut") == nil)
        #expect(try await client.pending() == 0)
    }

    @Test("An upload that fails in the middle leaves nothing behind")
    func failing() async throws {
        try await withUpload { upload, file in
            truncate(file.path, 1)
            #expect(await code { try await upload.value } == .file)
        }
    }

    @Test("An upload that is cancelled leaves nothing behind")
    func cancelling() async throws {
        try await withUpload { upload, _ in
            upload.cancel()
            await #expect(throws: CancellationError.self) { try await upload.value }
        }
    }

    @Test("An upload whose completion went unanswered is found complete")
    func completedTwice() async throws {
        let upload = try await client.beginUpload("twice")
        let part = Self.bytes(100)
        let tag = try await client.sendPart(part, SignatureV4.hash(part), number: 1, of: upload, "twice")
        try await client.completeUpload(upload, "twice", tags: [tag], size: 100)
        try await client.completeUpload(upload, "twice", tags: [tag], size: 100)
        #expect(await code { try await client.completeUpload(upload, "twice", tags: [tag], size: 99) } == .noUpload)
    }

    @Test("says who is not let in, and what is not there")
    func refusals() async throws {
        var wrong = settings
        wrong.credentials.secret = "canary"
        #expect(await code { try await S3Client(wrong, on: http).put("a", [1]) } == .accessDenied)
        wrong.credentials.keyID = "canary"
        #expect(await code { _ = try await S3Client(wrong, on: http).list(prefix: "") } == .accessDenied)
        var elsewhere = settings
        elsewhere.endpoint = try #require(S3Endpoint(server.endpoint, bucket: "no-such-bucket", addressing: .path))
        #expect(await code { try await S3Client(elsewhere, on: http).put("a", [1]) } == .noBucket)
        #expect(await code { _ = try await S3Client(elsewhere, on: http).list(prefix: "") } == .noBucket)
    }

    @Test("A file that is no file, or a link to one, is not uploaded")
    func noFiles() async throws {
        let folder = FileManager.default.temporaryDirectory
        #expect(await code { try await client.upload(folder.path, to: "a") } == .file)
        #expect(await code { try await client.upload("/nowhere", to: "a") } == .file)
        try await withFile([1]) { file in
            let link = file.path + "-link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file.path)
            defer { try? FileManager.default.removeItem(atPath: link) }
            #expect(await code { try await client.upload(link, to: "a") } == .file)
        }
        #expect(try await client.head("a") == nil)
    }
}

extension S3Client {
    /// How many uploads are begun and not ended.
    fileprivate func pending() async throws -> Int {
        let reply = try await send("GET", query: [("uploads", "")])
        return S3Element(parsing: reply.body)?.all("Upload").count ?? 0
    }
}
