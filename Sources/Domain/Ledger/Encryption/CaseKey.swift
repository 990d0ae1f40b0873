package import Crypto
package import FoundationEssentials

/// The random key of one case (or of one parked message): everything personal about it is encrypted under this key and
/// nothing else is, so that destroying the one wrapped copy destroys the data.
package struct CaseKey: Sendable {
    /// The key as it is stored: AES-256-GCM under the key-encryption key named beside it.
    package struct Wrapped: Sendable {
        package let kekID: String
        package let bytes: [UInt8]

        package init(kekID: String, bytes: [UInt8]) {
            self.kekID = kekID
            self.bytes = bytes
        }
    }

    /// What a sealed text belongs to; authenticated with it, so that a row moved elsewhere does not open.
    package enum Column: UInt8, Sendable {
        case wrappedKey = 1
        case payload = 2
        case properties = 3
    }

    private let key: SymmetricKey
    private let owner: UUID

    /// A fresh key for `owner`.
    package init(for owner: UUID) {
        key = SymmetricKey(size: .bits256)
        self.owner = owner
    }

    /// The key that `wrapped` holds for `owner`.
    package init(unwrapping wrapped: Wrapped, for owner: UUID, with ring: KeyRing) throws {
        let kek = try ring.keyEncryptionKey(wrapped.kekID)
        key = SymmetricKey(data: try CaseKey.open(wrapped.bytes, under: kek, owner, .wrappedKey))
        self.owner = owner
    }

    package func wrapped(with ring: KeyRing) throws -> Wrapped {
        let kek = ring.wrapping
        let sealed = try key.withUnsafeBytes { try CaseKey.seal($0, under: kek.key, owner, .wrappedKey) }
        return Wrapped(kekID: kek.id, bytes: sealed)
    }

    /// What files are sealed with that belong to the same owner and are too large for a row.
    package var fileKey: SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key,
            info: Data("files".utf8) + CaseKey.associated(owner, .payload),
            outputByteCount: 32
        )
    }

    package func seal(_ plain: [UInt8], as column: Column) throws -> [UInt8] {
        try plain.withUnsafeBytes { try CaseKey.seal($0, under: key, owner, column) }
    }

    package func open(_ sealed: [UInt8], as column: Column) throws -> [UInt8] {
        try CaseKey.open(sealed, under: key, owner, column)
    }

    /// Version of the layout: one byte, then nonce (12), cipher text, tag (16).
    private static let layout: UInt8 = 1

    private static func seal(
        _ plain: UnsafeRawBufferPointer,
        under key: SymmetricKey,
        _ owner: UUID,
        _ column: Column
    ) throws -> [UInt8] {
        let box = try AES.GCM.seal(plain, using: key, authenticating: associated(owner, column))
        var sealed: [UInt8] = []
        sealed.reserveCapacity(29 + plain.count)
        sealed.append(layout)
        sealed.append(contentsOf: box.nonce)
        sealed.append(contentsOf: box.ciphertext)
        sealed.append(contentsOf: box.tag)
        return sealed
    }

    private static func open(_ sealed: [UInt8], under key: SymmetricKey, _ owner: UUID, _ column: Column) throws
        -> [UInt8]
    {
        guard sealed.first == layout, sealed.count >= 29 else { throw CryptoKitError.incorrectParameterSize }
        let box = try AES.GCM.SealedBox(combined: sealed.dropFirst())
        return [UInt8](try AES.GCM.open(box, using: key, authenticating: associated(owner, column)))
    }

    private static func associated(_ owner: UUID, _ column: Column) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 17)
        withUnsafeBytes(of: owner.uuid) { id in
            for index in 0..<16 { bytes[index] = id[index] }
        }
        bytes[16] = column.rawValue
        return bytes
    }
}
