import FoundationEssentials
import Glibc
package import Outbound

/// Objects of a bucket, below a prefix. Files grow in a local folder, and are uploaded when they are whole.
package struct S3Store: ObjectStore {
    private let client: S3Client
    private let prefix: String
    private let scratchFolder: ScratchFolder

    /// - Parameters:
    ///   - prefix: of every key, itself a name of ``ObjectName``; what is outside of it is never touched.
    ///   - scratch: an absolute path of a folder that is there. It has to have room for the largest object.
    /// - Throws: ``StoreError``.
    package init(_ client: S3Client, prefix: String, scratch: String) throws {
        self.client = client
        self.prefix = try ObjectName(prefix).text
        scratchFolder = ScratchFolder(path: scratch)
    }

    private func key(_ name: String) throws(StoreError) -> String { "\(prefix)/\(try ObjectName(name).text)" }

    package func scratch() throws -> String {
        try scratchFolder.makeFile(in: OpenFolder(scratchFolder.path))
    }

    package func put(_ path: String, as name: String) async throws {
        let key = try key(name)
        _ = try scratchFolder.leaf(of: path)
        try await Self.translating { try await client.upload(path, to: key) }
        unlink(path)
    }

    package func local(_ name: String) async throws -> LocalObject {
        let key = try key(name)
        // Deleted with it, also when the download fails.
        let copy = LocalObject(try scratch(), isCopy: true)
        _ = try await Self.translating { try await client.download(key, to: copy.path) }
        return copy
    }

    package func read(_ name: String, offset: Int, length: Int) async throws -> [UInt8] {
        let key = try key(name)
        guard offset >= 0, length >= 0, offset <= Int.max - length else { throw StoreError.range }
        return try await Self.translating { try await client.get(key, offset: offset, length: length) }
    }

    package func size(_ name: String) async throws -> Int? {
        let key = try key(name)
        return try await Self.translating { try await client.head(key)?.size }
    }

    package func delete(_ name: String) async throws {
        let key = try key(name)
        try await Self.translating { try await client.delete(key) }
    }

    package func list(prefix: String) async throws -> [String] {
        let segments = [self.prefix] + (try ObjectName.segments(ofPrefix: prefix))
        let keys = try await Self.translating {
            try await client.list(prefix: segments.joined(separator: "/") + "/")
        }
        // What is not named like an object is not one of ours.
        return keys.compactMap { try? ObjectName(String($0.dropFirst(self.prefix.count + 1))).text }.sorted()
    }

    package func sweep() async throws {
        let yesterday = Date(timeIntervalSinceNow: -86_400)
        try scratchFolder.sweep(OpenFolder(scratchFolder.path), before: yesterday)
        _ = try await Self.translating { try await client.abortUploads(prefix: "\(prefix)/", before: yesterday) }
    }

    private static func translating<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let error as S3Error {
            throw StoreError(error)
        }
    }
}
