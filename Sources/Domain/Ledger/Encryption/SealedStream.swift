package import Crypto
import FoundationEssentials

/// The layout of a sealed file and the cipher of its frames; no input or output. ``SealedFileWriter`` and
/// ``SealedFileReader`` work on files; who has the bytes elsewhere uses this.
///
/// A header of ``headerSize`` bytes: `habeas-s`, version (4 bytes), plain bytes of a frame (4 bytes), salt (16 bytes), numbers
/// big-endian. Then frames of AES-256-GCM, each cipher text and tag (16 bytes), all of full size but the last, which is
/// empty only where the file is. The key of the file is HKDF-SHA-256 of the key given, with the salt, and with the object's name as
/// info. A frame's nonce is its number and a byte that tells the last one; the header is authenticated with every frame.
package struct SealedStream: Sendable {
    /// How a file of some length is divided.
    package struct Extent: Sendable, Hashable {
        /// Bytes of clear text.
        package let size: Int
        /// At least one.
        package let frames: Int
    }

    package static let headerSize = 32
    /// Plain bytes of a frame, of what is written today.
    package static let frameSize = 1 << 20

    private static let magic = Array("habeas-s".utf8)
    private static let version = 1
    private static let tagSize = 16
    /// What a reader is ready to hold in memory.
    private static let frameSizes = 16...(16 << 20)

    package let frameSize: Int
    let header: [UInt8]
    private let key: SymmetricKey

    /// A new one, with a salt of its own.
    ///
    /// - Parameter key: 256 bits.
    package init(sealing name: String, under key: SymmetricKey) {
        self.init(sealing: name, under: key, frameSize: Self.frameSize)
    }

    init(sealing name: String, under key: SymmetricKey, frameSize: Int) {
        var random = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        header = Self.magic + Self.number(Self.version) + Self.number(frameSize) + salt
        self.frameSize = frameSize
        self.key = Self.key(from: key, name: name, salt: salt)
    }

    /// The one that begins with this header. Whether key and name are the right ones shows with the first frame.
    ///
    /// - Throws: ``SealedFileError/Code/format``.
    package init(opening header: [UInt8], of name: String, under key: SymmetricKey) throws(SealedFileError) {
        guard header.count == Self.headerSize, header.starts(with: Self.magic),
            Self.number(header[8..<12]) == Self.version, case let size = Self.number(header[12..<16]),
            Self.frameSizes.contains(size)
        else { throw SealedFileError(.format) }
        self.header = header
        frameSize = size
        self.key = Self.key(from: key, name: name, salt: Array(header[16...]))
    }

    private static func key(from key: SymmetricKey, name: String, salt: [UInt8]) -> SymmetricKey {
        precondition(key.bitCount == 256)
        return HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key,
            salt: salt,
            info: Array(name.utf8),
            outputByteCount: 32
        )
    }

    // MARK: Lengths

    /// What a file of `length` bytes holds, going by its length alone: a cut shows when the last frame is opened.
    package func extent(ofFile length: Int) throws(SealedFileError) -> Extent {
        let body = length - Self.headerSize
        let full = frameSize + Self.tagSize
        guard body >= Self.tagSize else { throw SealedFileError(.altered) }
        let frames = (body + full - 1) / full
        let last = body - (frames - 1) * full
        guard last > Self.tagSize || (frames == 1 && last == Self.tagSize) else { throw SealedFileError(.altered) }
        return Extent(size: body - frames * Self.tagSize, frames: frames)
    }

    /// Where a frame lies in the file.
    package func place(ofFrame index: Int, in extent: Extent) -> Range<Int> {
        let start = Self.headerSize + index * (frameSize + Self.tagSize)
        let plain = index == extent.frames - 1 ? extent.size - index * frameSize : frameSize
        return start..<(start + plain + Self.tagSize)
    }

    // MARK: Frames

    /// Cipher text and tag. No two texts may ever be sealed as the same frame of one stream.
    func seal(_ plain: UnsafeRawBufferPointer, frame index: Int, isLast: Bool) throws -> Data {
        let nonce = try AES.GCM.Nonce(data: Self.nonce(index, isLast))
        let box = try AES.GCM.seal(plain, using: key, nonce: nonce, authenticating: header)
        guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
        return combined.dropFirst(12)
    }

    /// - Throws: ``SealedFileError/Code/altered`` unless it is this very frame of this very stream.
    package func open(_ sealed: [UInt8], frame index: Int, isLast: Bool) throws(SealedFileError) -> [UInt8] {
        do {
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: Self.nonce(index, isLast)),
                ciphertext: sealed.dropLast(Self.tagSize),
                tag: sealed.suffix(Self.tagSize)
            )
            return [UInt8](try AES.GCM.open(box, using: key, authenticating: header))
        } catch {
            throw SealedFileError(.altered)
        }
    }

    private static func nonce(_ index: Int, _ isLast: Bool) -> [UInt8] {
        [0, 0, 0] + withUnsafeBytes(of: UInt64(index).bigEndian) { Array($0) } + [isLast ? 1 : 0]
    }

    private static func number(_ value: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(value).bigEndian) { Array($0) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}
