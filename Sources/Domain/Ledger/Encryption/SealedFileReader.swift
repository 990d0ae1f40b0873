package import Crypto
import Glibc

/// Opens a sealed file, in order or from the middle; see ``SealedStream``. Holds one frame in memory, and what it gives.
///
/// For one thread. The last frame is opened at once: from then on ``size`` is certain, and a file that was cut or lengthened is
/// refused before anything of it is believed.
package final class SealedFileReader {
    /// Bytes of clear text.
    package var size: Int { extent.size }

    private let stream: SealedStream
    private let extent: SealedStream.Extent
    private let descriptor: Int32
    private var position = 0
    /// The frame opened last: reads close together are often of one.
    private var kept: (index: Int, bytes: [UInt8])?

    /// - Parameters:
    ///   - key: 256 bits.
    ///   - name: of the object, as it was written under.
    /// - Throws: ``SealedFileError``.
    package init(_ path: String, key: SymmetricKey, name: String) throws {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw SealedFileError(system: errno) }
        do {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw SealedFileError(system: errno) }
            let length = Int(status.st_size)
            guard length >= SealedStream.headerSize else { throw SealedFileError(.format) }
            let header = try Self.read(0..<SealedStream.headerSize, of: descriptor)
            stream = try SealedStream(opening: header, of: name, under: key)
            extent = try stream.extent(ofFile: length)
            self.descriptor = descriptor
        } catch {
            close(descriptor)
            throw error
        }
        _ = try frame(extent.frames - 1)
    }

    deinit {
        close(descriptor)
    }

    /// The bytes of the next frame, 1 MiB of all but the last; nil when all of the file has been given.
    ///
    /// - Throws: ``SealedFileError``.
    package func next() throws -> [UInt8]? {
        guard position * stream.frameSize < size else { return nil }
        let bytes = try frame(position)
        position += 1
        return bytes
    }

    /// The bytes from `offset` on, fewer than `length` where the text ends before. What stands before them is not read.
    ///
    /// - Throws: ``SealedFileError``.
    package func read(offset: Int, length: Int) throws -> [UInt8] {
        precondition(offset >= 0 && length >= 0)
        guard offset < size, length > 0 else { return [] }
        let end = length < size - offset ? offset + length : size
        var bytes: [UInt8] = []
        bytes.reserveCapacity(end - offset)
        for index in (offset / stream.frameSize)...((end - 1) / stream.frameSize) {
            let start = index * stream.frameSize
            let whole = try frame(index)
            bytes += whole[(max(offset, start) - start)..<(min(end, start + whole.count) - start)]
        }
        return bytes
    }

    private func frame(_ index: Int) throws(SealedFileError) -> [UInt8] {
        if let kept, kept.index == index { return kept.bytes }
        let sealed = try Self.read(stream.place(ofFrame: index, in: extent), of: descriptor)
        let bytes = try stream.open(sealed, frame: index, isLast: index == extent.frames - 1)
        kept = (index, bytes)
        return bytes
    }

    private static func read(_ range: Range<Int>, of descriptor: Int32) throws(SealedFileError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
            while filled < range.count {
                let start = buffer.baseAddress.map { $0 + filled }
                let count = pread(descriptor, start, range.count - filled, off_t(range.lowerBound + filled))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    failure = count < 0 ? errno : 0
                    return
                }
                filled += count
            }
        }
        if failure != 0 { throw SealedFileError(system: failure) }
        // It was longer a moment ago.
        guard bytes.count == range.count else { throw SealedFileError(.altered) }
        return bytes
    }
}
