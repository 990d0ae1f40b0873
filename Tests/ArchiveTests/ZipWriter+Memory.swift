import Archive
import Foundation

extension ZipWriter {
    /// The bytes of an archive, finished after the body.
    static func bytes(level: Int = 1, _ body: (ZipWriter) throws -> Void) throws -> Data {
        var bytes = Data()
        let writer = try ZipWriter(level: level) { bytes.append(contentsOf: $0) }
        try body(writer)
        try writer.finish()
        return bytes
    }

    /// Writes a whole entry, in pieces of at most so many bytes.
    func add(
        _ name: String,
        _ content: [UInt8],
        time: Int64 = 1_795_384_643,  // Sun, 22 Nov 2026 21:57:23 GMT
        isStored: Bool = false,
        pieces: Int = .max
    ) throws {
        try begin(name, time: time, isStored: isStored)
        try content.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(pieces)
                try write(UnsafeRawBufferPointer(rebasing: piece))
                rest = rest.dropFirst(piece.count)
            }
        }
        try end()
    }

    func add(_ name: String, _ content: String, time: Int64 = 1_795_384_643, isStored: Bool = false) throws {
        try add(name, Array(content.utf8), time: time, isStored: isStored)
    }
}
