/// Why a webhook cannot be signed, or is not believed. Holds neither secrets nor what was signed.
public struct WebhookError: Error, Equatable, CustomStringConvertible {
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// Not `whsec_` and the base64 of 24 to 64 bytes.
        public static let secret = Code(rawValue: "secret")
        /// There is no secret to sign with.
        public static let noSecret = Code(rawValue: "no_secret")
        /// The id is empty, too long, or has other characters than letters, digits, `_` and `-`.
        public static let id = Code(rawValue: "id")
        /// One of the three headers is missing.
        public static let header = Code(rawValue: "header")
        /// The timestamp is not a number of seconds.
        public static let timestamp = Code(rawValue: "timestamp")
        public static let tooOld = Code(rawValue: "too_old")
        public static let tooNew = Code(rawValue: "too_new")
        /// No signature is the right one.
        public static let signature = Code(rawValue: "signature")
    }

    public let code: Code

    public init(_ code: Code) {
        self.code = code
    }

    public var description: String {
        switch code {
        case .secret: "a webhook secret is whsec_ and the base64 of 24 to 64 bytes"
        case .noSecret: "there is no secret to sign the webhook with"
        case .id: "a webhook's id has letters, digits, _ and - only"
        case .header: "a webhook needs the headers webhook-id, webhook-timestamp and webhook-signature"
        case .timestamp: "the webhook's timestamp is not a number of seconds"
        case .tooOld: "the webhook is too old"
        case .tooNew: "the webhook's timestamp lies in the future"
        default: "no signature of the webhook is the right one"
        }
    }
}
