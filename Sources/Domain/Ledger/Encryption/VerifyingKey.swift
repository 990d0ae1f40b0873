import Crypto
import FoundationEssentials

/// The public half of a signing key: all that somebody needs who trusts nobody (Ed25519).
package struct VerifyingKey: Sendable, Hashable {
    /// 32 bytes.
    package let bytes: [UInt8]

    /// What stands before the bytes in a SubjectPublicKeyInfo of RFC 8410.
    private static let head: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
    private static let begin = "-----BEGIN PUBLIC KEY-----"
    private static let end = "-----END PUBLIC KEY-----"

    init(of key: Curve25519.Signing.PrivateKey) { bytes = [UInt8](key.publicKey.rawRepresentation) }

    /// Nil unless they are 32 that Ed25519 takes for a key.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32, (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) != nil else {
            return nil
        }
        self.bytes = bytes
    }

    /// Reads PEM, or base64 of the key alone or of its SubjectPublicKeyInfo. Nil for all else.
    package init?(text: String) {
        var lines = text.split(whereSeparator: \.isNewline).map { line in String(line.filter { !$0.isWhitespace }) }
        lines.removeAll(where: \.isEmpty)
        let marks = [Self.begin, Self.end].map { mark in mark.filter { !$0.isWhitespace } }
        if lines.first == marks[0], lines.last == marks[1] { lines = Array(lines.dropFirst().dropLast()) }
        guard let data = Data(base64Encoded: lines.joined()) else { return nil }
        let found = [UInt8](data)
        self.init(bytes: found.starts(with: Self.head) ? Array(found.dropFirst(Self.head.count)) : found)
    }

    package var base64: String { Data(bytes).base64EncodedString() }

    /// As OpenSSL and its like read it.
    package var pem: String { "\(Self.begin)\n\(Data(Self.head + bytes).base64EncodedString())\n\(Self.end)\n" }

    package func isSignature(_ signature: [UInt8], of content: some Sequence<UInt8>) -> Bool {
        guard signature.count == 64, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            return false
        }
        return key.isValidSignature(Data(signature), for: Data(content))
    }
}
