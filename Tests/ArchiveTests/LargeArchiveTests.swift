import Archive
import Foundation
import TestKit
import Testing

struct LargeArchiveTests {
    /// An archive in a file with holes where it has zeros.
    private struct SparseFile {
        let url = FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID()).zip")
        private let handle: FileHandle
        private let zeros = [UInt8](repeating: 0, count: 64 << 10)

        init() throws {
            try Data().write(to: url)
            handle = try FileHandle(forWritingTo: url)
        }

        func append(_ bytes: UnsafeRawBufferPointer) throws {
            if let base = bytes.baseAddress, bytes.count <= zeros.count, memcmp(base, zeros, bytes.count) == 0 {
                try handle.seek(toOffset: handle.offset() + UInt64(bytes.count))
            } else {
                try handle.write(contentsOf: bytes)
            }
        }
    }

    private static let script = """
        import struct, sys, zipfile
        raw = open(sys.stdin.read(), "rb")
        archive = zipfile.ZipFile(raw)
        large, last = archive.infolist()
        raw.seek(large.header_offset)
        header = raw.read(30)
        assert struct.unpack("<II", header[18:26]) == (0xFFFFFFFF, 0xFFFFFFFF)
        raw.seek(last.header_offset - 24)
        signature, checksum, compressed, size = struct.unpack("<IIQQ", raw.read(24))
        assert signature == 0x08074B50 and checksum == large.CRC
        assert (compressed, size) == (large.compress_size, large.file_size)
        assert archive.read(last) == b"the end"
        raw.seek(-42, 2)
        assert (raw.read(4) == b"PK\\x06\\x07") == (last.header_offset > 0xFFFFFFFF)
        print(large.file_size, large.CRC, large.compress_size == large.file_size)
        """

    @Test("An entry above 4 GiB, and one behind it, are found by other implementations", arguments: [true, false])
    func large(isStored: Bool) throws {
        let file = try SparseFile()
        defer { try? FileManager.default.removeItem(at: file.url) }
        let writer = try ZipWriter { try file.append($0) }
        try writer.begin("large.bin", time: 1_795_384_643, isStored: isStored)
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        for _ in 0..<4100 { try zeros.withUnsafeBytes { try writer.write($0) } }
        try writer.end()
        try writer.add("last.txt", "the end")
        try writer.finish()
        let reading = try Python.run(Self.script, input: Data(file.url.path.utf8))
        #expect(reading == "4299161600 2138316939 \(isStored ? "True" : "False")\n")
        #expect(try ArchiveReading.unzipTest(at: file.url, members: ["last.txt"]) == 0)
    }
}
