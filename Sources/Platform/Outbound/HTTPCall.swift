/// One HTTP request.
public struct HTTPCall: Sendable {
    /// Credentials of HTTP basic authentication, sent with the first request.
    public struct BasicAuthentication: Sendable, CustomStringConvertible {
        public var user: String
        public var password: String

        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }

        public var description: String { "BasicAuthentication(redacted)" }
    }

    /// Upper-case letters.
    public var method: String
    /// An absolute http or https URL without credentials, percent-encoded by the caller.
    public var url: String
    /// Sent in this order. A name may come more than once, but not one that the library sets itself: `Host`, and those
    /// that say how long the body is and what becomes of the connection.
    public var headers: [(name: String, value: String)]
    /// nil sends none; an empty one is sent with length 0.
    public var body: [UInt8]?
    public var basicAuthentication: BasicAuthentication?
    /// By default nothing but a public address that speaks TLS.
    public var allowing: Permissions
    /// In place of the client's own limits.
    public var timeout: Duration?
    public var bodyLimit: Int?
    /// How long the reply may come slower than a KiB a second, waiting for its beginning included, before it fails with
    /// ``OutboundError/Code/timeout``. Whole seconds; nil for as long as the timeout lets it.
    public var stallLimit: Duration?
    /// Whether the body of the reply is wanted. One that is not is read up to the limit and thrown away; a longer one is cut
    /// off and fails nothing, since the status has come.
    public var takesBody = true
    /// Whether the connection may be kept for the next call. One that is closed at once is never idle at a peer that
    /// counts its connections.
    public var keepsConnection = true
    /// Whether a connection of its own is made. The library repeats a call by itself, of whatever method, when a connection that it
    /// had kept is closed without an answer: a call that must not arrive twice has to come first on its connection.
    public var usesFreshConnection = false

    /// What the library's resolver is told to believe, `host:port:address` each: for tests.
    var lookUps: [String] = []

    public init(
        _ method: String,
        _ url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil,
        basicAuthentication: BasicAuthentication? = nil,
        allowing: Permissions = [],
        timeout: Duration? = nil,
        bodyLimit: Int? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.basicAuthentication = basicAuthentication
        self.allowing = allowing
        self.timeout = timeout
        self.bodyLimit = bodyLimit
    }

    /// Refuses what could end a line early or put a second request on the wire: the library sends such bytes as they are.
    func validate() throws(OutboundError) {
        let scheme = url.prefix(8).lowercased()
        guard scheme.hasPrefix("http://") || scheme.hasPrefix("https://"),
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw OutboundError(.url) }
        guard scheme.hasPrefix("https://") || allowing.contains(.plain) else { throw OutboundError(.plain) }
        guard !method.isEmpty, method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }),
            headers.allSatisfy({ Self.isName($0.name) && Self.isValue($0.value) })
        else { throw OutboundError(.header) }
        if let login = basicAuthentication {
            guard Self.isValue(login.user), Self.isValue(login.password), !login.user.contains(":") else {
                throw OutboundError(.header)
            }
        }
    }

    private static let reserved: Set<String> = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-authorization", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade",
    ]

    /// A token of RFC 9110 that the library does not write itself.
    public static func isName(_ text: String) -> Bool {
        let isToken = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
        return isToken && !text.isEmpty && !reserved.contains(text.lowercased())
    }

    private static func isValue(_ text: String) -> Bool {
        !text.unicodeScalars.contains { $0.isControlOrLineEnd }
    }
}
