import Crypto
import FoundationEssentials
package import Rights

/// The public key of a receiver outside: a JSON Web Key on P-256 (RFC 7517), for which parts of a message are sealed.
///
/// Members that no standard gives a meaning for such a key are passed over; a private key is refused, so that none is kept
/// here by mistake.
package struct ReceiverKey: Sendable {
    /// By which the receiver finds its key: the one it gave, or the thumbprint of RFC 7638.
    package let kid: String
    /// The key in one spelling: the members that matter, in the order of their names.
    package var jwk: String {
        var writer = JSONWriter(capacity: 256)
        writer.object { write(to: &$0) }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
    private let key: P256.KeyAgreement.PublicKey

    private static let sizeLimit = 8_192

    /// - Parameter text: one JSON object.
    package init(jwk text: String) throws(ReceiverKeyError) {
        let (document, fault) = JSONScanner.scan(Array(text.utf8), maximumDepth: 8)
        guard fault == nil, text.utf8.count <= Self.sizeLimit, document.kind(0) == .object else {
            throw ReceiverKeyError(.syntax)
        }
        guard document.member(0, "keys") == nil else { throw ReceiverKeyError(.set) }
        for secret: StaticString in ["d", "k", "p", "q", "dp", "dq", "qi", "oth"] {
            guard document.member(0, secret) == nil else { throw ReceiverKeyError(.secret) }
        }
        guard document.member(0, "kty") != nil else { throw ReceiverKeyError(.syntax) }
        guard document.word(0, "kty") == "EC" else { throw ReceiverKeyError(.type) }
        guard document.word(0, "crv") == "P-256" else { throw ReceiverKeyError(.curve) }
        guard let x = document.word(0, "x"), let y = document.word(0, "y"), let left = Base64URL.decode(x),
            let right = Base64URL.decode(y),
            left.count == 32, right.count == 32
        else { throw ReceiverKeyError(.coordinates) }
        do {
            key = try P256.KeyAgreement.PublicKey(rawRepresentation: left + right)
        } catch {
            throw ReceiverKeyError(.point)
        }
        try Self.checkUse(document)
        let thumbprint = Base64URL.encode(
            SHA256.hash(data: Data(#"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#.utf8))
        )
        let given = document.word(0, "kid")
        guard document.member(0, "kid") == nil || given.map(Self.isKid) == true else { throw ReceiverKeyError(.kid) }
        kid = given ?? thumbprint
    }

    init(_ key: P256.KeyAgreement.PublicKey, kid: String) {
        self.key = key
        self.kid = kid
    }

    /// The members of ``jwk``.
    package func write(to object: inout JSONWriter) {
        let point = key.rawRepresentation
        object.member("crv", "P-256")
        object.member("kid", kid)
        object.member("kty", "EC")
        object.member("x", Base64URL.encode(point.prefix(32)))
        object.member("y", Base64URL.encode(point.suffix(32)))
    }

    private static func isKid(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && CanonicalText.isOneLine(text)
    }

    /// What the key says about its purpose, where it says anything.
    private static func checkUse(_ document: JSONDocument) throws(ReceiverKeyError) {
        for (name, wanted): (StaticString, StaticString) in [("use", "enc"), ("alg", "ECDH-ES")] {
            guard let index = document.member(0, name) else { continue }
            guard document.kind(index) == .string, document.equals(index, wanted) else { throw ReceiverKeyError(.use) }
        }
        // A public key that only takes part in agreements has no operation of its own: its list is empty.
        guard let operations = document.member(0, "key_ops"), !document.isEmpty(operations) else { return }
        guard document.kind(operations) == .array else { throw ReceiverKeyError(.use) }
        for index in operations + 1..<document.after(operations)
        where document.equals(index, "deriveKey") || document.equals(index, "deriveBits") {
            return
        }
        throw ReceiverKeyError(.use)
    }

    // MARK: Sealing

    /// A compact JWE (RFC 7516) that only the receiver can open: ECDH-ES with a key pair made for this one text, A256GCM.
    ///
    /// - Parameter plain: JSON; the header says so.
    package func seal(_ plain: [UInt8]) throws -> String {
        let own = P256.KeyAgreement.PrivateKey()
        let agreed = try own.sharedSecretFromKeyAgreement(with: key)
        let content = agreed.withUnsafeBytes { ConcatKDF.key(from: $0, for: "A256GCM", bits: 256) }
        let header = Base64URL.encode(header(own.publicKey))
        let box = try AES.GCM.seal(plain, using: content, authenticating: Array(header.utf8))
        // The second part is the wrapped key; a key that was agreed on directly is not sent.
        return [header, "", Base64URL.encode(box.nonce), Base64URL.encode(box.ciphertext), Base64URL.encode(box.tag)]
            .joined(separator: ".")
    }

    private func header(_ ephemeral: P256.KeyAgreement.PublicKey) -> [UInt8] {
        let point = ephemeral.rawRepresentation
        var writer = JSONWriter(capacity: 256)
        writer.object { header in
            header.member("alg", "ECDH-ES")
            header.member("enc", "A256GCM")
            header.member("cty", "json")
            header.member("kid", kid)
            header.key("epk")
            header.object {
                $0.member("kty", "EC")
                $0.member("crv", "P-256")
                $0.member("x", Base64URL.encode(point.prefix(32)))
                $0.member("y", Base64URL.encode(point.suffix(32)))
            }
        }
        return writer.bytes
    }
}
