/// What came back, whatever its status. A redirect is a reply like any other.
public struct HTTPReply: Sendable {
    public let status: Int
    /// In the order received; of the final response, not of interim ones.
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]
    /// When the peer wants to be asked again, if it says so in a way that can be understood.
    public let retryAfter: RetryAfter?

    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
        retryAfter = Self.first("retry-after", of: headers).flatMap { RetryAfter($0) }
    }

    /// The first header of that name, in any case.
    public func header(_ name: String) -> String? {
        Self.first(name.lowercased(), of: headers)
    }

    private static func first(_ name: String, of headers: [(name: String, value: String)]) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }
}
