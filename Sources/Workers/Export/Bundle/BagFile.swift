import Crypto

/// A file of a bag as it was written.
struct BagFile: Sendable, Hashable {
    /// Below the bag's folder.
    let name: String
    let bytes: Int
    /// Hexadecimal, as the manifests have them.
    let sha256: String
    let sha512: String

    /// Both digests of what a file consists of, piece by piece.
    struct Digests {
        private var sha256 = SHA256()
        private var sha512 = SHA512()
        private(set) var bytes = 0

        mutating func update(_ piece: UnsafeRawBufferPointer) {
            sha256.update(bufferPointer: piece)
            sha512.update(bufferPointer: piece)
            bytes += piece.count
        }

        func file(_ name: String) -> BagFile {
            BagFile(
                name: name,
                bytes: bytes,
                sha256: Self.hex(sha256.finalize()),
                sha512: Self.hex(sha512.finalize())
            )
        }

        private static func hex(_ digest: some Sequence<UInt8>) -> String {
            let digits = Array("0123456789abcdef".utf8)
            var text: [UInt8] = []
            for byte in digest { text += [digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]] }
            return String(decoding: text, as: UTF8.self)
        }
    }
}
