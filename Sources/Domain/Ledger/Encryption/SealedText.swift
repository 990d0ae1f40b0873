import Crypto
import Rights

/// A compact JWE (RFC 7516) as it is written, before anybody has opened it.
struct SealedText {
    static let encryption = "A256GCM"
    private static let agreement = "ECDH-ES"

    let kid: String?
    /// The key pair made for this one text: its public half.
    let sender: P256.KeyAgreement.PublicKey
    /// What both sides may have named (RFC 7518, section 4.6.1).
    let producer: [UInt8]
    let consumer: [UInt8]
    let box: AES.GCM.SealedBox
    /// The header as it came: it is authenticated with the rest.
    let authenticated: [UInt8]

    init(reading text: String) throws(SealedTextError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        // The second part is the wrapped key; a key that was agreed on directly is not sent.
        guard parts.count == 5, parts[1].isEmpty, let header = Base64URL.decode(parts[0]),
            let nonce = Base64URL.decode(parts[2]), let cipher = Base64URL.decode(parts[3]),
            let tag = Base64URL.decode(parts[4])
        else { throw SealedTextError(.form) }
        let (document, fault) = JSONScanner.scan(header, maximumDepth: 4)
        guard fault == nil, document.kind(0) == .object else { throw SealedTextError(.form) }
        // What must be understood, and is not, is not passed over; a compressed text may be of any size.
        guard document.word(0, "alg") == Self.agreement, document.word(0, "enc") == Self.encryption,
            document.member(0, "crit") == nil, document.member(0, "zip") == nil
        else { throw SealedTextError(.algorithm) }
        guard let point = document.member(0, "epk"), document.word(point, "crv") == "P-256",
            let x = document.word(point, "x").flatMap(Base64URL.decode), x.count == 32,
            let y = document.word(point, "y").flatMap(Base64URL.decode), y.count == 32,
            let sender = try? P256.KeyAgreement.PublicKey(rawRepresentation: x + y),
            let nonce = try? AES.GCM.Nonce(data: nonce),
            let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: cipher, tag: tag)
        else { throw SealedTextError(.form) }
        kid = document.word(0, "kid")
        self.sender = sender
        self.box = box
        producer = document.word(0, "apu").flatMap(Base64URL.decode) ?? []
        consumer = document.word(0, "apv").flatMap(Base64URL.decode) ?? []
        authenticated = Array(parts[0].utf8)
    }
}
