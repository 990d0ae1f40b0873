/// What went wrong with a broker. Its description is a fixed sentence with the broker's reply code at most: it never
/// holds a password, a property or a body.
public struct AMQPError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Open: later versions add codes, so a `switch` needs a default.
    public struct Code: RawRepresentable, Sendable, Hashable {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The connection ended or could not be kept alive. Retryable.
        public static let connectionLost = Code(rawValue: "connection_lost")
        /// No host answered: name resolution, TCP or the protocol greeting failed. Retryable.
        public static let unreachable = Code(rawValue: "unreachable")
        /// The broker refused the user, the password or the virtual host.
        public static let refused = Code(rawValue: "refused")
        /// TLS could not be set up, or the server's certificate was not accepted.
        public static let tls = Code(rawValue: "tls")
        /// The broker closed the channel; the reply code says why.
        public static let channelClosed = Code(rawValue: "channel_closed")
        /// An answer did not come in time. Retryable.
        public static let timeout = Code(rawValue: "timeout")
        /// The broker has blocked publishers (memory or disk alarm) for longer than the publish could wait. Retryable.
        public static let blocked = Code(rawValue: "blocked")
        /// Bytes came that are not AMQP 0-9-1, or out of order. The connection is dropped. Retryable.
        public static let protocolViolation = Code(rawValue: "protocol_violation")
        /// A message that the protocol cannot carry: a name over 255 bytes, headers too large or too deep.
        public static let invalidMessage = Code(rawValue: "invalid_message")
        /// The configuration is not usable; the subject names the key.
        public static let configuration = Code(rawValue: "configuration")
        /// The owner has closed this object.
        public static let closed = Code(rawValue: "closed")
    }

    public let code: Code
    /// The broker's reply code, such as 404 or 406.
    public let replyCode: Int?
    /// The broker's own words: names of queues, exchanges and users may be in it, so it is not part of the description.
    public let replyText: String?
    /// A configuration key or a host: never a value that could be secret.
    public let subject: String?

    public init(_ code: Code, replyCode: Int? = nil, replyText: String? = nil, subject: String? = nil) {
        self.code = code
        self.replyCode = replyCode
        self.replyText = replyText
        self.subject = subject
    }

    /// Whether the same attempt can succeed later without anybody changing anything.
    public var isRetryable: Bool {
        switch code {
        case .connectionLost, .unreachable, .timeout, .blocked, .protocolViolation: true
        // 405 resource locked, 406 precondition failed (delivery acknowledgement timed out), 5xx broker faults.
        case .channelClosed: replyCode == 405 || (replyCode ?? 0) >= 500
        default: false
        }
    }

    public var description: String {
        var text = sentence
        if let subject { text += ": \(subject)" }
        if let replyCode { text += " (\(replyCode))" }
        return text
    }

    private var sentence: String {
        switch code {
        case .connectionLost: "the connection to the broker was lost"
        case .unreachable: "the broker cannot be reached"
        case .refused: "the broker refused the user, the password or the virtual host"
        case .tls: "TLS to the broker failed: certificate, name or version not accepted"
        case .channelClosed: "the broker closed the channel"
        case .timeout: "the broker did not answer in time"
        case .blocked: "the broker blocks publishers"
        case .protocolViolation: "the broker sent something unexpected"
        case .invalidMessage: "the message cannot be carried by the protocol"
        case .configuration: "the broker configuration is not usable"
        case .closed: "closed by its owner"
        default: "broker error \(code.rawValue)"
        }
    }
}
