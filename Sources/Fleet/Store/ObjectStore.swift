import FoundationEssentials
import Glibc
package import Rights

/// Where finished exports and their parts lie. What is put here is sealed already: a store sees neither clear text nor keys.
///
/// Names are those of ``ObjectName``. An object appears as a whole or not at all, and whoever puts another one under its name
/// replaces it. Every function throws ``StoreError``, and `CancellationError` where it waits for the network.
package protocol ObjectStore: Sendable {
    /// The path of a new empty file of mode 0600, for what is to become an object. It lies on the file system where the store wants it, and is
    /// swept away when it is a day old and nobody has written to it.
    func scratch() throws -> String

    /// Makes a file of ``scratch()`` the object of that name, durably. The file is then gone; after an error it is still there.
    func put(_ path: String, as name: String) async throws

    /// The whole object as a local file, to be read only.
    func local(_ name: String) async throws -> LocalObject

    /// The bytes from `offset` on, fewer than `length` where the object ends before.
    func read(_ name: String, offset: Int, length: Int) async throws -> [UInt8]

    /// Bytes of the object; nil where there is none.
    func size(_ name: String) async throws -> Int?

    /// Deletes the object. One that is not there is fine.
    func delete(_ name: String) async throws

    /// The names of all objects below a prefix, sorted. A prefix is whole segments, `cases/17` is not the beginning of
    /// `cases/170`; the empty one is the beginning of every name.
    func list(prefix: String) async throws -> [String]

    /// Removes what programs that ended in the middle have left: files of ``scratch()`` and uploads older than a day.
    func sweep() async throws
}

extension ObjectStore {
    /// Deletes every object below a prefix, as ``list(prefix:)`` understands it.
    package func delete(prefix: String) async throws {
        for name in try await list(prefix: prefix) { try await delete(name) }
    }

    /// Deletes pieces that nobody was told of, as far as that goes: what cannot be deleted now goes with its export's folder.
    package func discard(_ pieces: [CopiedPiece]) async {
        for piece in pieces { try? await delete(piece.object) }
    }

    /// Writes a small object, reads it and deletes it again: whether the store is there and lets us.
    package func check() async throws {
        let path = try scratch()
        let name = "check/\(UUID().lowercaseText)"
        do {
            try Self.fill(path)
            try await put(path, as: name)
        } catch {
            unlink(path)
            throw error
        }
        let bytes = try await read(name, offset: 0, length: 16)
        try await delete(name)
        guard bytes == Self.sample else { throw StoreError.differs }
    }

    private static var sample: [UInt8] { Array("habeas".utf8) }

    private static func fill(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreError(system: errno) }
        defer { close(descriptor) }
        let count = write(descriptor, sample, sample.count)
        guard count == sample.count else { throw StoreError(system: count < 0 ? errno : ENOSPC) }
    }
}
