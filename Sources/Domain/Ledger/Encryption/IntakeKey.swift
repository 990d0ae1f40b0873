import Crypto
import FoundationEssentials
import Rights

/// A key of the installation's own on P-256, for which others seal what they hand over: its public half goes out with every task
/// that asks for something.
package struct IntakeKey: Sendable {
    package let id: String
    /// What others seal for; its `kid` is the key's id.
    package let receiver: ReceiverKey
    private let key: P256.KeyAgreement.PrivateKey

    /// Nil where the bytes are no key of the curve.
    init?(id: String, bytes: Data) {
        guard let key = try? P256.KeyAgreement.PrivateKey(rawRepresentation: bytes) else { return nil }
        self.id = id
        self.key = key
        receiver = ReceiverKey(key.publicKey, kid: id)
    }

    /// The bytes of a new one, as they stand in a key file.
    static func fresh() -> Data { P256.KeyAgreement.PrivateKey().rawRepresentation }

    /// The content of a compact JWE (RFC 7516) that was sealed for this key: ECDH-ES, agreed directly, and A256GCM.
    func open(_ sealed: SealedText) throws(SealedTextError) -> [UInt8] {
        do {
            let agreed = try key.sharedSecretFromKeyAgreement(with: sealed.sender)
            let content = agreed.withUnsafeBytes {
                ConcatKDF.key(
                    from: $0,
                    for: SealedText.encryption,
                    bits: 256,
                    producer: sealed.producer,
                    consumer: sealed.consumer
                )
            }
            return [UInt8](try AES.GCM.open(sealed.box, using: content, authenticating: sealed.authenticated))
        } catch {
            throw SealedTextError(.other)
        }
    }
}

extension KeyRing {
    /// Opens what was sealed for this installation.
    package func opened(_ text: String) throws(SealedTextError) -> [UInt8] {
        let sealed = try SealedText(reading: text)
        guard !intakeKeys.isEmpty else { throw SealedTextError(.noKey) }
        // One that names none of ours may still be for the one in use.
        let named = intakeKeys.first { $0.id == sealed.kid } ?? intakeKeys[0]
        return try named.open(sealed)
    }
}
