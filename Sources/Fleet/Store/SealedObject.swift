package import Crypto
import Ledger

/// A sealed object of a store, opened where it lies: no copy of it is made, and of its text nothing is in memory but what is asked for.
///
/// A cut shows at the last frame: whoever reads to the end learns of it, and whoever reads a part may not.
package struct SealedObject: Sendable {
    /// Bytes of clear text.
    package var size: Int { extent.size }

    private let name: String
    private let store: any ObjectStore
    private let stream: SealedStream
    private let extent: SealedStream.Extent

    /// - Parameters:
    ///   - name: as it was sealed under.
    ///   - key: 256 bits.
    /// - Throws: ``StoreError``, `SealedFileError`.
    package init(_ name: String, in store: any ObjectStore, key: SymmetricKey) async throws {
        guard let length = try await store.size(name) else { throw StoreError.missing }
        let header = try await store.read(name, offset: 0, length: SealedStream.headerSize)
        stream = try SealedStream(opening: header, of: name, under: key)
        extent = try stream.extent(ofFile: length)
        self.name = name
        self.store = store
    }

    /// The bytes from `offset` on, fewer than `length` where the text ends before.
    ///
    /// - Throws: ``StoreError``, `SealedFileError`.
    package func read(offset: Int, length: Int) async throws -> [UInt8] {
        precondition(offset >= 0 && length >= 0)
        guard offset < size, length > 0 else { return [] }
        let end = length < size - offset ? offset + length : size
        let frames = (offset / stream.frameSize)...((end - 1) / stream.frameSize)
        let first = stream.place(ofFrame: frames.lowerBound, in: extent)
        let last = stream.place(ofFrame: frames.upperBound, in: extent)
        let sealed = try await store.read(
            name,
            offset: first.lowerBound,
            length: last.upperBound - first.lowerBound
        )
        var bytes: [UInt8] = []
        bytes.reserveCapacity(end - offset)
        for index in frames {
            let place = stream.place(ofFrame: index, in: extent)
            let range = (place.lowerBound - first.lowerBound)..<(place.upperBound - first.lowerBound)
            guard range.upperBound <= sealed.count else { throw StoreError.differs }
            let plain = try stream.open(Array(sealed[range]), frame: index, isLast: index == extent.frames - 1)
            let start = index * stream.frameSize
            bytes += plain[(max(offset, start) - start)..<(min(end, start + plain.count) - start)]
        }
        return bytes
    }
}
