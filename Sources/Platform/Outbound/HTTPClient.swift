import Threads

/// Makes HTTP calls, many at once, on one thread of its own (libcurl's multi interface; connections are reused).
///
/// No redirect is followed, no proxy used whatever the environment says, nothing but http and https spoken, TLS 1.2 at
/// least with certificate and host name checked. Replies are bounded in bytes and time. A call whose task is cancelled
/// is dropped at once and throws `CancellationError`.
public actor HTTPClient {
    /// Limits and trust of a client.
    public struct Configuration: Sendable {
        /// From the call to the last byte of the reply.
        public var timeout: Duration = .seconds(30)
        /// Name resolution, connection and TLS handshake together.
        public var connectTimeout: Duration = .seconds(10)
        /// Bytes of a reply's body; a longer one fails the call.
        public var bodyLimit = 1 << 20
        /// Connections at once; further calls wait, within their timeout. 0 sets no limit.
        public var connectionLimit = 0
        /// PEM file of the trusted authorities; nil takes the system's.
        public var caFile: String?
        public var userAgent: String?

        public init() {}
    }

    private let loop: ThreadLoop
    private let transfers: TransferSet
    private var lastID = 0

    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// - Parameter name: of the client's thread, as debuggers show it.
    /// - Throws: ``OutboundError`` when the library cannot start.
    public init(_ configuration: Configuration = Configuration(), name: String = "http") throws {
        let loop = ThreadLoop(name: name)
        self.loop = loop
        transfers = try TransferSet(configuration, loop: loop)
    }

    deinit {
        loop.stop()
    }

    /// Makes the call and gives the reply, of any status.
    ///
    /// - Throws: ``OutboundError``, or `CancellationError`.
    public func send(_ call: HTTPCall) async throws -> HTTPReply {
        try call.validate()
        try Task.checkCancellation()
        lastID += 1
        let id = lastID
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { transfers.start(call, id: id, $0) }
        } onCancel: {
            Task { await cancel(id) }
        }
    }

    /// Fails what is under way and everything after it with `.closed`.
    public func close() {
        transfers.close()
    }

    private func cancel(_ id: Int) {
        transfers.cancel(id)
    }
}
