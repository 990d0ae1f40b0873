import CLibCurl

/// Why an outbound call gave no reply. The text is fixed: it never holds the URL, a credential or a header.
public struct OutboundError: Error, Equatable, CustomStringConvertible {
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// The URL is not http or https, holds control characters or credentials, or cannot be parsed.
        public static let url = Code(rawValue: "url")
        /// The method, a header or the credentials hold characters that may not be sent.
        public static let header = Code(rawValue: "header")
        public static let resolve = Code(rawValue: "resolve")
        public static let connect = Code(rawValue: "connect")
        /// No trusted, encrypted connection: certificate, host name, protocol version, or the CA file.
        public static let tls = Code(rawValue: "tls")
        /// No connection or no complete reply in time.
        public static let timeout = Code(rawValue: "timeout")
        /// The reply is longer than the caller would take.
        public static let tooLarge = Code(rawValue: "too_large")
        /// The connection broke, or the peer does not speak HTTP.
        public static let connectionLost = Code(rawValue: "connection_lost")
        /// The client was closed.
        public static let closed = Code(rawValue: "closed")
        /// Anything else the library reports; see ``OutboundError/libraryCode``.
        public static let library = Code(rawValue: "library")
    }

    public let code: Code
    /// The C library's own number, where it was the library that failed.
    public let libraryCode: Int?

    public init(_ code: Code, libraryCode: Int? = nil) {
        self.code = code
        self.libraryCode = libraryCode
    }

    /// Whether the same call may succeed later. Says nothing about whether the peer acted on this one.
    public var isRetryable: Bool {
        switch code {
        case .resolve, .connect, .timeout, .connectionLost, .closed: true
        default: false
        }
    }

    public var description: String {
        switch code {
        case .url: "the address is not one that may be called"
        case .header: "a method, header or credential holds characters that may not be sent"
        case .resolve: "the host name cannot be resolved"
        case .connect: "no connection could be made"
        case .tls: "no trusted encrypted connection could be made"
        case .timeout: "the call did not finish in time"
        case .tooLarge: "the reply is too large"
        case .connectionLost: "the connection was lost"
        case .closed: "the client is closed"
        default: "the call failed" + (libraryCode.map { " (libcurl \($0))" } ?? "")
        }
    }

    init(result: CURLcode) {
        // An unsupported protocol is an answer without a status line: the call's own scheme was checked before.
        let code: Code =
            switch result {
            case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED: .url
            case CURLE_COULDNT_RESOLVE_HOST: .resolve
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
        self.init(code, libraryCode: Int(result.rawValue))
    }
}
