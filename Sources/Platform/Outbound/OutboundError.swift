import CLibCurl

/// Why an outbound call gave no reply. The text is fixed: it never holds an address, a credential or a header.
public struct OutboundError: Error, Equatable, CustomStringConvertible {
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// The URL is not http or https, holds control characters or credentials, or cannot be parsed.
        public static let url = Code(rawValue: "url")
        /// The target may not be spoken to without encryption.
        public static let plain = Code(rawValue: "plain")
        /// The method, a header or the credentials hold characters that may not be sent.
        public static let header = Code(rawValue: "header")
        /// A mail address is none, or holds characters that may not be sent.
        public static let mailbox = Code(rawValue: "mailbox")
        /// A mail cannot be sent as it is: no recipient, bare line ends, lines too long, bytes that are not ASCII.
        public static let content = Code(rawValue: "content")
        /// The server offers no way to log in that is known here.
        public static let login = Code(rawValue: "login")
        /// The host has no address that may be called; see ``OutboundError/refusal``.
        public static let address = Code(rawValue: "address")
        public static let resolve = Code(rawValue: "resolve")
        public static let connect = Code(rawValue: "connect")
        /// No trusted, encrypted connection: certificate, host name, protocol version, or the CA file.
        public static let tls = Code(rawValue: "tls")
        /// No connection or no complete reply in time.
        public static let timeout = Code(rawValue: "timeout")
        /// The reply is longer than the caller would take.
        public static let tooLarge = Code(rawValue: "too_large")
        /// What was to be passed on as it came has ended before the length that it had announced.
        public static let incomplete = Code(rawValue: "incomplete")
        /// The connection broke, or the peer does not speak the protocol.
        public static let connectionLost = Code(rawValue: "connection_lost")
        /// Too many calls wait already.
        public static let overloaded = Code(rawValue: "overloaded")
        /// The client was closed.
        public static let closed = Code(rawValue: "closed")
        /// Anything else the library reports; see ``OutboundError/libraryCode``.
        public static let library = Code(rawValue: "library")
    }

    public let code: Code
    /// The C library's own number, where it was the library that failed.
    public let libraryCode: Int?
    /// Which range the refused address lies in.
    public let refusal: AddressRefusal?
    /// Whether the peer may have acted on the call although no answer came. Of HTTP: the request began to leave. Of mail:
    /// the last byte of the message was handed over. When false, the peer has taken nothing.
    public let mayHaveActed: Bool

    public init(
        _ code: Code,
        libraryCode: Int? = nil,
        refusal: AddressRefusal? = nil,
        mayHaveActed: Bool = false
    ) {
        self.code = code
        self.libraryCode = libraryCode
        self.refusal = refusal
        self.mayHaveActed = mayHaveActed
    }

    /// Whether the same call may succeed later. Says nothing about whether the peer acted on this one; see
    /// ``mayHaveActed``.
    public var isRetryable: Bool {
        switch code {
        case .resolve, .connect, .timeout, .incomplete, .connectionLost, .overloaded, .closed: true
        default: false
        }
    }

    public var description: String {
        switch code {
        case .url: "the address is not one that may be called"
        case .plain: "the target may not be called without encryption"
        case .header: "a method, header or credential holds characters that may not be sent"
        case .mailbox: "a mail address is not one that can be written to"
        case .content: "the mail cannot be sent as it is"
        case .login: "the server offers no way to log in"
        case .address: "the host may not be called" + (refusal.map { ": \($0)" } ?? "")
        case .resolve: "the host name cannot be resolved"
        case .connect: "no connection could be made"
        case .tls: "no trusted encrypted connection could be made"
        case .timeout: "the call did not finish in time"
        case .tooLarge: "the reply is too large"
        case .incomplete: "the reply is shorter than it had announced"
        case .connectionLost: "the connection was lost"
        case .overloaded: "too many calls are waiting"
        case .closed: "the client is closed"
        default: "the call failed" + (libraryCode.map { " (libcurl \($0))" } ?? "")
        }
    }

    init(result: CURLcode, mayHaveActed: Bool = false) {
        // An unsupported protocol is an answer without a status line: the call's own scheme was checked before.
        let code: Code =
            switch result {
            case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED: .url
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
            case CURLE_COULDNT_CONNECT: .connect
            case CURLE_OPERATION_TIMEDOUT: .timeout
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
                CURLE_SSL_CERTPROBLEM,
                CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED, CURLE_SSL_ISSUER_ERROR:
                .tls
            case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_WEIRD_SERVER_REPLY,
                CURLE_UNSUPPORTED_PROTOCOL,
                CURLE_HTTP2, CURLE_BAD_CONTENT_ENCODING:
                .connectionLost
            default: .library
            }
        self.init(code, libraryCode: Int(result.rawValue), mayHaveActed: mayHaveActed)
    }
}
