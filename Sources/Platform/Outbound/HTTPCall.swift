/// One HTTP request.
public struct HTTPCall: Sendable {
    /// Credentials of HTTP basic authentication, sent with the first request.
    public struct BasicAuthentication: Sendable {
        public var user: String
        public var password: String

        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    /// Upper-case letters.
    public var method: String
    /// An absolute http or https URL without credentials, percent-encoded by the caller.
    public var url: String
    /// Sent in this order. A name may come more than once.
    public var headers: [(name: String, value: String)]
    /// nil sends none; an empty one is sent with length 0.
    public var body: [UInt8]?
    public var basicAuthentication: BasicAuthentication?
    /// In place of the client's own limits.
    public var timeout: Duration?
    public var bodyLimit: Int?

    public init(
        _ method: String,
        _ url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil,
        basicAuthentication: BasicAuthentication? = nil,
        timeout: Duration? = nil,
        bodyLimit: Int? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.basicAuthentication = basicAuthentication
        self.timeout = timeout
        self.bodyLimit = bodyLimit
    }

    /// Refuses what could end a line early or put a second request on the wire: the library sends such bytes as they are.
    func validate() throws(OutboundError) {
        let scheme = url.prefix(8).lowercased()
        guard scheme.hasPrefix("http://") || scheme.hasPrefix("https://"),
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw OutboundError(.url) }
        guard !method.isEmpty, method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }),
            headers.allSatisfy({ Self.isName($0.name) && Self.isValue($0.value) })
        else { throw OutboundError(.header) }
        if let login = basicAuthentication {
            guard Self.isValue(login.user), Self.isValue(login.password), !login.user.contains(":") else {
                throw OutboundError(.header)
            }
        }
    }

    /// A token of RFC 9110.
    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    private static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}

/// What came back, whatever its status.
public struct HTTPReply: Sendable {
    public let status: Int
    /// In the order received; of the final response, not of interim ones.
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]

    /// The first header of that name, in any case.
    public func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }
}
