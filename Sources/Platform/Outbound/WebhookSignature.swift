import Crypto
import FoundationEssentials

/// The headers of Standard Webhooks 1.0: HMAC-SHA-256 over `id.timestamp.body`.
///
/// While a secret rotates, the old and the new one sign side by side, and a receiver that knows either believes it.
public enum WebhookSignature {
    /// What a POST of `body` carries.
    ///
    /// - Parameters:
    ///   - id: of the event, the same at every attempt: letters, digits, `_` and `-`, so that it cannot move the dots.
    ///   - timestamp: of this attempt, in seconds since 1970.
    ///   - secrets: at least one; each signs.
    public static func headers(
        id: String,
        timestamp: Int,
        body: [UInt8],
        secrets: [WebhookSecret]
    ) throws(WebhookError) -> [(name: String, value: String)] {
        guard isID(id) else { throw WebhookError(.id) }
        guard timestamp >= 0 else { throw WebhookError(.timestamp) }
        guard !secrets.isEmpty else { throw WebhookError(.noSecret) }
        let signatures = secrets.map { secret in
            "v1," + Data(code(id: id, timestamp: timestamp, body: body, secret: secret)).base64EncodedString()
        }
        return [
            ("webhook-id", id), ("webhook-timestamp", String(timestamp)),
            ("webhook-signature", signatures.joined(separator: " ")),
        ]
    }

    /// Believes a webhook that came in when one of its signatures is right for one of the secrets and its time is near.
    ///
    /// Signatures are compared in constant time; those of other versions are passed over.
    ///
    /// - Parameters:
    ///   - headers: of the request, names in any case.
    ///   - now: in seconds since 1970.
    ///   - tolerance: seconds either way.
    /// - Throws: ``WebhookError``.
    public static func verify(
        headers: [(name: String, value: String)],
        body: [UInt8],
        secrets: [WebhookSecret],
        now: Int,
        tolerance: Int = 300
    ) throws(WebhookError) {
        func value(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
        guard let id = value("webhook-id"), let time = value("webhook-timestamp"),
            let signatures = value("webhook-signature")
        else { throw WebhookError(.header) }
        guard !time.isEmpty, time.utf8.count <= 18, time.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let timestamp = Int(time)
        else { throw WebhookError(.timestamp) }
        if now - timestamp > tolerance { throw WebhookError(.tooOld) }
        if timestamp - now > tolerance { throw WebhookError(.tooNew) }
        for signature in signatures.split(separator: " ") where signature.hasPrefix("v1,") {
            guard let code = Data(base64Encoded: String(signature.dropFirst(3))) else { continue }
            for secret in secrets
            where HMAC<SHA256>.isValidAuthenticationCode(
                code,
                authenticating: signed(id, time, body),
                using: secret.key
            ) {
                return
            }
        }
        throw WebhookError(.signature)
    }

    private static func isID(_ text: String) -> Bool {
        (1...200).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private static func code(id: String, timestamp: Int, body: [UInt8], secret: WebhookSecret) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: signed(id, String(timestamp), body), using: secret.key)
    }

    private static func signed(_ id: String, _ timestamp: String, _ body: [UInt8]) -> [UInt8] {
        Array("\(id).\(timestamp).".utf8) + body
    }
}
