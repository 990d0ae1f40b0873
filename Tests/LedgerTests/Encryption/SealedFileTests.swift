import Crypto
import Foundation
import Glibc
import Testing

@testable import Ledger

@Suite("A sealed file")
struct SealedFileTests {
    private let key = SymmetricKey(size: .bits256)
    private static let name = "exports/0198/bundle.zip"
    private static let frame = 64

    /// Deleted with the value that a test holds.
    private final class Scratch {
        let path = FileManager.default.temporaryDirectory.appending(path: "habeas-sealed-\(UUID())").path
        var bytes: [UInt8] { get throws { [UInt8](try Data(contentsOf: URL(filePath: path))) } }

        func put(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: path)) }

        deinit { unlink(path) }
    }

    private static func plain(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    /// Seals with small frames, in pieces of `step` bytes.
    @discardableResult
    private func seal(_ plain: [UInt8], to scratch: Scratch, name: String = name, step: Int = 50, frame: Int = frame)
        throws
        -> (bytes: Int, sha256: [UInt8])
    {
        let stream = SealedStream(sealing: name, under: key, frameSize: frame)
        let writer = try SealedFileWriter(scratch.path, stream: stream, hashing: true)
        for start in stride(from: 0, to: plain.count, by: step) {
            try plain[start..<min(start + step, plain.count)].withUnsafeBytes { try writer.write($0) }
        }
        return try writer.finish()
    }

    private func open(_ scratch: Scratch, key: SymmetricKey? = nil, name: String = name) throws -> [UInt8] {
        let reader = try SealedFileReader(scratch.path, key: key ?? self.key, name: name)
        var bytes: [UInt8] = []
        while let next = try reader.next() { bytes += next }
        #expect(bytes.count == reader.size)
        return bytes
    }

    private func refusal(_ scratch: Scratch, key: SymmetricKey? = nil, name: String = name) -> SealedFileError.Code? {
        #expect(throws: SealedFileError.self) { try open(scratch, key: key, name: name) }?.code
    }

    @Test(
        "opens as what it was sealed of, however it was written",
        arguments: [0, 1, 63, 64, 65, 127, 128, 129, 640, 1000],
        [1, 50, 64, 200, 1000]
    )
    func roundTrip(size: Int, step: Int) throws {
        let scratch = Scratch()
        let plain = Self.plain(size)
        let written = try seal(plain, to: scratch, step: step)
        #expect(written.bytes == size)
        #expect(written.sha256 == Array(SHA256.hash(data: plain)))
        #expect(try open(scratch) == plain)
        let frames = max(1, (size + Self.frame - 1) / Self.frame)
        #expect(try scratch.bytes.count == 32 + size + 16 * frames)
    }

    @Test("has frames of 1 MiB, and a digest only where it is asked for")
    func frames() throws {
        let scratch = Scratch()
        let plain = Self.plain((2 << 20) + 12_345)
        let writer = try SealedFileWriter(scratch.path, key: key, name: Self.name, hashing: false)
        try plain.withUnsafeBytes { try writer.write($0) }
        let written = try writer.finish()
        #expect(written.bytes == plain.count)
        #expect(written.sha256 == [])
        #expect(try scratch.bytes.count == 32 + plain.count + 3 * 16)
        let reader = try SealedFileReader(scratch.path, key: key, name: Self.name)
        #expect(reader.size == plain.count)
        #expect(try reader.next()?.count == 1 << 20)
        #expect(try reader.read(offset: (1 << 20) - 3, length: 10) == Array(plain[((1 << 20) - 3)..<((1 << 20) + 7)]))
        #expect(try reader.next() == Array(plain[(1 << 20)..<(2 << 20)]))
        #expect(try reader.next() == Array(plain[(2 << 20)...]))
        #expect(try reader.next() == nil)
        #expect(try reader.next() == nil)
    }

    @Test("gives from the middle what stands there", arguments: [0, 1, 64, 65, 300])
    func ranges(size: Int) throws {
        let scratch = Scratch()
        let plain = Self.plain(size)
        try seal(plain, to: scratch)
        let reader = try SealedFileReader(scratch.path, key: key, name: Self.name)
        for offset in 0...(size + 1) {
            for length in [0, 1, 2, 63, 64, 65, 130, 1000, Int.max] {
                let slice = Array(plain.dropFirst(offset).prefix(length))
                #expect(try reader.read(offset: offset, length: length) == slice, "\(offset) \(length)")
            }
        }
    }

    @Test("does not read what stands before: damage there is not noticed, damage here is")
    func middle() throws {
        let scratch = Scratch()
        let plain = Self.plain(300)
        try seal(plain, to: scratch)
        var bytes = try scratch.bytes
        bytes[32 + 80 + 5] ^= 1
        try scratch.put(bytes)
        let reader = try SealedFileReader(scratch.path, key: key, name: Self.name)
        #expect(try reader.read(offset: 130, length: 100) == Array(plain[130..<230]))
        #expect(throws: SealedFileError(.altered)) { try reader.read(offset: 70, length: 1) }
    }

    @Test("is refused under another key or name")
    func others() throws {
        let scratch = Scratch()
        try seal(Self.plain(200), to: scratch)
        #expect(refusal(scratch, key: SymmetricKey(size: .bits256)) == .altered)
        #expect(refusal(scratch, name: "exports/0199/bundle.zip") == .altered)
        #expect(refusal(scratch, name: "") == .altered)
    }

    @Test("notices one changed bit anywhere")
    func bits() throws {
        let scratch = Scratch()
        try seal(Self.plain(100), to: scratch)
        let whole = try scratch.bytes
        for index in whole.indices {
            for bit in [UInt8(1), 0x80] {
                var altered = whole
                altered[index] ^= bit
                try scratch.put(altered)
                #expect([.altered, .format].contains(refusal(scratch)), "\(index)")
            }
        }
    }

    @Test("notices every cut, and whatever is put behind it")
    func lengths() throws {
        let scratch = Scratch()
        try seal(Self.plain(150), to: scratch)
        let whole = try scratch.bytes
        for count in 0..<whole.count {
            try scratch.put(Array(whole[..<count]))
            #expect([.altered, .format].contains(refusal(scratch)), "\(count)")
        }
        for tail in [
            [0], Array(repeating: 0, count: 16), Array(repeating: 0, count: 80), Array(whole.suffix(38)), whole,
        ] {
            try scratch.put(whole + tail)
            #expect(refusal(scratch) == .altered)
        }
    }

    @Test("notices frames that were left out, repeated, exchanged, or are another file's")
    func frameTricks() throws {
        let scratch = Scratch()
        let size = Self.frame + 16
        try seal(Self.plain(3 * Self.frame), to: scratch)
        let whole = try scratch.bytes
        let header = Array(whole[..<32])
        let frames = (0..<3).map { Array(whole[(32 + $0 * size)..<(32 + ($0 + 1) * size)]) }
        // The same text under the same name: only the salt differs.
        try seal(Self.plain(3 * Self.frame), to: scratch)
        let other = try scratch.bytes
        let stranger = Array(other[(32 + size)..<(32 + 2 * size)])
        let tricks: [[[UInt8]]] = [
            [frames[0], frames[1]], [frames[0], frames[2]], [frames[1], frames[2]], [frames[2]], [frames[0]],
            [frames[1], frames[0], frames[2]], [frames[0], frames[0], frames[2]], [frames[0], frames[2], frames[1]],
            [frames[0], frames[1], frames[2], frames[2]], [frames[0], frames[1], frames[1], frames[2]],
            [frames[0], stranger, frames[2]],
        ]
        for trick in tricks {
            try scratch.put(header + trick.joined())
            #expect(refusal(scratch) == .altered)
        }
        try scratch.put(Array(other[..<32]) + frames.joined())
        #expect(refusal(scratch) == .altered)
        try scratch.put(whole)
        #expect(try open(scratch) == Self.plain(3 * Self.frame))
    }

    @Test("that is none of ours, or of another version or an absurd frame, is not opened")
    func formats() throws {
        let scratch = Scratch()
        try seal(Self.plain(10), to: scratch)
        let whole = try scratch.bytes
        var changes: [[UInt8]] = [[], Array("PK".utf8), Array(repeating: 0, count: 100)]
        for (index, value) in [(0, UInt8(0)), (11, 2), (12, 0xFF), (15, 0)] {
            var changed = whole
            changed[index] = value
            changes.append(changed)
        }
        for change in changes {
            try scratch.put(change)
            #expect(refusal(scratch) == .format)
        }
        #expect(throws: SealedFileError.self) { try SealedFileReader("/nowhere", key: key, name: Self.name) }
    }

    @Test("that was not finished is refused")
    func unfinished() throws {
        let scratch = Scratch()
        let stream = SealedStream(sealing: Self.name, under: key, frameSize: Self.frame)
        let writer = try SealedFileWriter(scratch.path, stream: stream, hashing: false)
        for _ in 0..<3 {
            #expect([.altered, .format].contains(refusal(scratch)))
            try Self.plain(100).withUnsafeBytes { try writer.write($0) }
        }
        #expect(refusal(scratch) == .altered)
        _ = try writer.finish()
        #expect(try open(scratch).count == 300)
        #expect(throws: SealedFileError(.closed)) { try writer.finish() }
        #expect(throws: SealedFileError(.closed)) { try Self.plain(1).withUnsafeBytes { try writer.write($0) } }
    }

    @Test("says apart from other faults that the disk is full, and takes nothing more then")
    func fullDisk() throws {
        let error = #expect(throws: SealedFileError.self) {
            try SealedFileWriter("/dev/full", key: key, name: Self.name, hashing: false)
        }
        #expect(error?.code == .diskFull)
        #expect(error?.number == ENOSPC)
        let absent = #expect(throws: SealedFileError.self) {
            try SealedFileWriter("/nowhere/file", key: key, name: Self.name, hashing: false)
        }
        #expect(absent?.code == .io)
        // A disk that fills up later: the end of a pipe that nobody reads any more.
        let ends = try Self.pipe()
        signal(SIGPIPE, SIG_IGN)
        let writer = try SealedFileWriter(descriptor: ends.write, key: key, name: Self.name, hashing: false)
        close(ends.read)
        let broken = #expect(throws: SealedFileError.self) {
            try Self.plain((1 << 20) + 1).withUnsafeBytes { try writer.write($0) }
        }
        #expect(broken?.code == .io)
        #expect(throws: SealedFileError(.closed)) { try Self.plain(1).withUnsafeBytes { try writer.write($0) } }
        #expect(throws: SealedFileError(.closed)) { try writer.finish() }
        close(ends.write)
    }

    @Test("is neither written nor read through a link, and belongs to its owner alone")
    func links() throws {
        let scratch = Scratch()
        let link = scratch.path + "-link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: scratch.path)
        defer { unlink(link) }
        #expect(throws: SealedFileError.self) {
            try SealedFileWriter(link, key: key, name: Self.name, hashing: false)
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.path))
        try seal(Self.plain(10), to: scratch)
        var status = stat()
        #expect(stat(scratch.path, &status) == 0)
        #expect(status.st_mode & 0o077 == 0)
        #expect(throws: SealedFileError.self) { try SealedFileReader(link, key: key, name: Self.name) }
    }

    @Test("can be read without being one file: places and frames are all that is needed")
    func elsewhere() throws {
        let scratch = Scratch()
        let plain = Self.plain(150)
        try seal(plain, to: scratch)
        let bytes = try scratch.bytes
        let stream = try SealedStream(opening: Array(bytes[..<SealedStream.headerSize]), of: Self.name, under: key)
        let extent = try stream.extent(ofFile: bytes.count)
        #expect(extent == SealedStream.Extent(size: 150, frames: 3))
        let opened = try (0..<3).flatMap { index in
            try stream.open(Array(bytes[stream.place(ofFrame: index, in: extent)]), frame: index, isLast: index == 2)
        }
        #expect(opened == plain)
    }

    @Test("tells nothing in its errors")
    func errors() {
        for code in [SealedFileError.Code.diskFull, .io, .format, .altered, .closed] {
            let text = SealedFileError(code).description
            #expect(!text.isEmpty && !text.contains("/"))
        }
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw SealedFileError(system: errno) }
        return (ends[0], ends[1])
    }
}
