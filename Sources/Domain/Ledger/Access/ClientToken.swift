import Crypto
package import FoundationEssentials
import Rights

/// What a client identifies itself with at the gateway: a public id, by which its row is found, and a secret of 256 random bits.
///
/// Its text is ``prefix``, the id in 32 hexadecimal digits, `_` and the secret in base64url; nothing else is one. Printing it shows
/// nothing of it.
package struct ClientToken: Sendable, Redacting {
    /// Finds tokens that lie where they should not: in repositories, in logs.
    package static let prefix = "habeas_ct_"
    private static let secretSize = 32

    package let id: UUID
    private let secret: [UInt8]

    /// A new one.
    package init(at now: Date) {
        id = UUID.version7(at: now)
        var random = SystemRandomNumberGenerator()
        secret = (0..<Self.secretSize).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    /// Nil for what ``text`` would not have given, so that no token has two spellings.
    package init?(_ text: String) {
        guard text.utf8.count <= 128, text.hasPrefix(Self.prefix) else { return nil }
        let rest = text.dropFirst(Self.prefix.count)
        let digits = rest.prefix(32)
        guard digits.utf8.count == 32, let id = Self.id(of: digits), rest.dropFirst(32).first == "_",
            let secret = Base64URL.decode(String(rest.dropFirst(33))), secret.count == Self.secretSize
        else { return nil }
        self.id = id
        self.secret = secret
    }

    /// As it is given to the client, once.
    package var text: String {
        Self.prefix + id.lowercaseText.filter { $0 != "-" } + "_" + Base64URL.encode(secret)
    }

    /// What is kept of the secret.
    package var digest: [UInt8] { Array(SHA256.hash(data: secret)) }

    /// Whether this is the secret of which that was kept; takes the same time wherever the two differ.
    package func matches(_ kept: [UInt8]) -> Bool { SHA256.hash(data: secret) == kept }

    private static func id(of digits: Substring) -> UUID? {
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else { return nil }
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return UUID(uuidString: text)
    }
}
