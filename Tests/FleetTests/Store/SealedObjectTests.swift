import Foundation
import Ledger
import Testing

@testable import Fleet

@Suite("A sealed object that is read where it lies")
struct SealedObjectTests {
    private static let key = CaseKey(for: UUID()).fileKey

    private static func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
    }

    private static func with(_ count: Int, _ body: (FolderStore, String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "habeas-sealed-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = FolderStore(folder)
        let path = try store.scratch()
        let writer = try SealedFileWriter(path, key: key, name: "a/b", hashing: false)
        try bytes(count).withUnsafeBytes { try writer.write($0) }
        _ = try writer.finish()
        try await store.put(path, as: "a/b")
        try await body(store, folder)
    }

    @Test("gives any part of its text, over the ends of frames", arguments: [0, 1, 1 << 20, (2 << 20) + 77])
    func parts(_ count: Int) async throws {
        try await Self.with(count) { store, _ in
            let object = try await SealedObject("a/b", in: store, key: Self.key)
            #expect(object.size == count)
            let whole = Self.bytes(count)
            let parts = [(0, count), (0, 10), (count / 2, 5_000), ((1 << 20) - 3, 6), (max(0, count - 4), 100)]
            for (offset, length) in parts {
                let read = try await object.read(offset: offset, length: length)
                #expect(read == Array(whole.dropFirst(offset).prefix(length)), "\(offset) \(length)")
            }
            #expect(try await object.read(offset: count, length: 1).isEmpty)
        }
    }

    @Test("what was changed, cut or sealed with another key does not open")
    func altered() async throws {
        try await Self.with((1 << 20) + 5_000) { store, folder in
            let wrong = try await SealedObject("a/b", in: store, key: CaseKey(for: UUID()).fileKey)
            await #expect(throws: SealedFileError.self) { _ = try await wrong.read(offset: 0, length: 1) }
            let object = try await SealedObject("a/b", in: store, key: Self.key)
            let file = try FileHandle(forWritingTo: URL(filePath: "\(folder)/a/b"))
            try file.truncate(atOffset: (1 << 20) + 600)
            try file.close()
            await #expect(throws: (any Error).self) { _ = try await object.read(offset: 1 << 20, length: 100) }
            let cut = try await SealedObject("a/b", in: store, key: Self.key)
            #expect(cut.size < object.size)
            await #expect(throws: SealedFileError.self) { _ = try await cut.read(offset: 1 << 20, length: 100) }
            await #expect(throws: StoreError.self) { _ = try await SealedObject("a/c", in: store, key: Self.key) }
        }
    }
}
