import Crypto
import Fleet
import FoundationEssentials
import Ledger
import Rights

/// A piece while it is written: a scratch file of the store's, which becomes an object when it is finished.
///
/// Used by one task at a time. One that is dropped before leaves nothing under a name.
final class CopyPiece {
    private let dataset: String
    private let ordinal: Int
    private let object: String
    private let path: String
    private let store: any ObjectStore
    private let writer: SealedFileWriter
    private var isFinished = false
    private let isFile: Bool
    private(set) var rows = 0
    private(set) var bytes = 0

    init(_ dataset: String, ordinal: Int, header: CopyHeader, _ desk: CopyDesk, _ key: SymmetricKey) throws {
        self.dataset = dataset
        self.ordinal = ordinal
        isFile = header.name != nil || header.mediaType != nil
        object = desk.object()
        store = desk.store
        let path = try desk.store.scratch()
        self.path = path
        do {
            writer = try SealedFileWriter(path, key: key, name: object, hashing: false)
        } catch {
            // What is not made to its end is not unmade either.
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
        try header.line().withUnsafeBytes { try writer.write($0) }
    }

    deinit { if !isFinished { try? FileManager.default.removeItem(atPath: path) } }

    /// Adds a row: a JSON object, without line ends.
    func add(row: [UInt8]) throws {
        try row.withUnsafeBytes { try writer.write($0) }
        try Self.lineEnd.withUnsafeBytes { try writer.write($0) }
        rows += 1
        bytes += row.count + 1
    }

    /// Adds to a file.
    func add(_ part: [UInt8]) throws {
        try part.withUnsafeBytes { try writer.write($0) }
        bytes += part.count
    }

    func finish() async throws -> CopiedPiece { try await close().store() }

    /// Writes the last of it; it is no object yet.
    func close() throws -> Closed {
        _ = try writer.finish()
        isFinished = true
        let piece = CopiedPiece(dataset, ordinal: ordinal, object: object, rows: rows, bytes: bytes, isFile: isFile)
        return Closed(piece: piece, path: path, place: store)
    }

    /// A piece with nothing to be added.
    struct Closed: Sendable {
        let piece: CopiedPiece
        fileprivate let path: String
        fileprivate let place: any ObjectStore

        /// Makes it an object.
        func store() async throws -> CopiedPiece {
            do {
                try await place.put(path, as: piece.object)
            } catch {
                try? FileManager.default.removeItem(atPath: path)
                throw error
            }
            return piece
        }
    }

    private static let lineEnd: [UInt8] = [0x0A]
}
