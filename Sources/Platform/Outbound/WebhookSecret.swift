import Crypto
import FoundationEssentials

/// A symmetric secret of Standard Webhooks 1.0: `whsec_` and the base64 of 24 to 64 random bytes.
public struct WebhookSecret: Sendable, CustomStringConvertible, CustomReflectable {
    let key: SymmetricKey

    /// - Throws: ``WebhookError`` with code `secret`.
    public init(_ text: String) throws(WebhookError) {
        guard text.hasPrefix(Self.prefix), let bytes = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
            (24...64).contains(bytes.count)
        else { throw WebhookError(.secret) }
        key = SymmetricKey(data: bytes)
    }

    private init(key: SymmetricKey) {
        self.key = key
    }

    /// A new one of 32 bytes.
    public static func random() -> WebhookSecret {
        WebhookSecret(key: SymmetricKey(size: .bits256))
    }

    /// The text that the receiver needs, to be shown once.
    public var revealed: String {
        Self.prefix + key.withUnsafeBytes { Data($0).base64EncodedString() }
    }

    public var description: String { "WebhookSecret(redacted)" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    private static let prefix = "whsec_"
}
