import Crypto
import Fleet
import FoundationEssentials
import Glibc
package import Rights

/// A file that a person hands in for a copy: read once, from its beginning to its end, and sealed as it is read.
package struct HandedInFile: Sendable {
    /// Bytes; more are refused.
    package static let limit = ResultsFile.limit

    package enum Fault: Error {
        /// It cannot be opened or read, or is no regular file.
        case unreadable
        case empty
        case tooLarge
    }

    package let piece: CopiedPiece
    /// Of its content, hexadecimal.
    package let sha256: String

    /// - Parameters:
    ///   - path: of a regular file; the last part of it is what the bundle calls it.
    ///   - ordinal: its place among those of one answer.
    /// - Throws: ``Fault``; `StoreError` and `SealedFileError` of the store. Nothing is left under a name then.
    package init(_ path: String, ordinal: Int, _ desk: CopyDesk) async throws {
        let name = path.split(separator: "/").last.map(String.init) ?? HandedIn.dataset
        let type = FileEnding.mediaType(ofName: name) ?? "application/octet-stream"
        let piece = try desk.file(HandedIn.dataset, ordinal: ordinal, name: name, mediaType: type)
        sha256 = try Self.read(path, into: piece)
        self.piece = try await piece.finish()
    }

    private static func read(_ path: String, into piece: CopyPiece) throws -> String {
        // Something else than a file might keep an open call waiting.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Fault.unreadable }
        defer { close(descriptor) }
        guard let status = FileStatus(descriptor: descriptor), status.isRegular else { throw Fault.unreadable }
        guard status.size <= limit else { throw Fault.tooLarge }
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { break }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Fault.unreadable }
            let block = Array(buffer[..<count])
            hash.update(data: block)
            try piece.add(block)
            // It grows while it is read.
            guard piece.bytes <= limit else { throw Fault.tooLarge }
        }
        guard piece.bytes > 0 else { throw Fault.empty }
        return Hex.text(hash.finalize())
    }
}
