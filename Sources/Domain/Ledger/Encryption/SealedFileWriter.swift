package import Crypto
import FoundationEssentials
import Glibc

/// Seals a file as it is written, frame by frame; see ``SealedStream``. Holds one frame in memory at most.
///
/// For one thread. A file that was not finished is not a sealed file and is refused by readers; it stays where it is.
package final class SealedFileWriter {
    private let stream: SealedStream
    private let descriptor: Int32
    private let closes: Bool
    private var pending: [UInt8] = []
    private var frame = 0
    private var bytes = 0
    private var hash: SHA256?
    private var isOpen = true

    /// Writes the file at `path`, emptied if it is there and made (0600) if not; a link is not followed.
    ///
    /// - Parameters:
    ///   - key: 256 bits.
    ///   - name: of the object that the file becomes; readers need it.
    ///   - hashing: whether the digest of the clear text is computed on the way.
    /// - Throws: ``SealedFileError``.
    package convenience init(_ path: String, key: SymmetricKey, name: String, hashing: Bool) throws {
        let stream = SealedStream(sealing: name, under: key)
        try self.init(path, stream: stream, hashing: hashing)
    }

    /// The same on an open descriptor, from where it stands. It stays the caller's to close, after the writer is gone.
    package convenience init(descriptor: Int32, key: SymmetricKey, name: String, hashing: Bool) throws {
        let stream = SealedStream(sealing: name, under: key)
        try self.init(descriptor, closes: false, stream: stream, hashing: hashing)
    }

    convenience init(_ path: String, stream: SealedStream, hashing: Bool) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SealedFileError(system: errno) }
        try self.init(descriptor, closes: true, stream: stream, hashing: hashing)
    }

    private init(_ descriptor: Int32, closes: Bool, stream: SealedStream, hashing: Bool) throws {
        self.stream = stream
        self.descriptor = descriptor
        self.closes = closes
        hash = hashing ? SHA256() : nil
        pending.reserveCapacity(stream.frameSize)
        try stream.header.withUnsafeBytes { try put($0) }
    }

    deinit {
        if closes { close(descriptor) }
    }

    /// Takes bytes of any number. After an error nothing more can be written.
    ///
    /// - Throws: ``SealedFileError``.
    package func write(_ input: UnsafeRawBufferPointer) throws {
        guard isOpen else { throw SealedFileError(.closed) }
        hash?.update(bufferPointer: input)
        bytes += input.count
        var rest = input[...]
        while !rest.isEmpty {
            // A full frame waits until it is known not to be the last.
            if pending.count == stream.frameSize {
                try pending.withUnsafeBytes { try seal($0, isLast: false) }
                pending.removeAll(keepingCapacity: true)
            }
            if pending.isEmpty, rest.count > stream.frameSize {
                try seal(UnsafeRawBufferPointer(rebasing: rest.prefix(stream.frameSize)), isLast: false)
                rest = rest.dropFirst(stream.frameSize)
            } else {
                let taken = rest.prefix(stream.frameSize - pending.count)
                pending.append(contentsOf: taken)
                rest = rest.dropFirst(taken.count)
            }
        }
    }

    /// Seals what is left as the last frame and waits until the file is on the disk.
    ///
    /// - Returns: the length of the clear text, and its digest, empty unless it was asked for.
    /// - Throws: ``SealedFileError``.
    package func finish() throws -> (bytes: Int, sha256: [UInt8]) {
        guard isOpen else { throw SealedFileError(.closed) }
        try pending.withUnsafeBytes { try seal($0, isLast: true) }
        isOpen = false
        pending = []
        guard fsync(descriptor) == 0 else { throw SealedFileError(system: errno) }
        return (bytes, hash.map { Array($0.finalize()) } ?? [])
    }

    private func seal(_ plain: UnsafeRawBufferPointer, isLast: Bool) throws {
        let sealed = try stream.seal(plain, frame: frame, isLast: isLast)
        frame += 1
        try sealed.withUnsafeBytes { try put($0) }
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws(SealedFileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor, part.baseAddress, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                isOpen = false
                throw SealedFileError(system: count < 0 ? errno : EIO)
            }
            rest = rest.dropFirst(count)
        }
    }
}
