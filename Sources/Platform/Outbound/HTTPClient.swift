/// Makes HTTP calls, many at once, on one thread (libcurl's multi interface; connections are reused).
///
/// No redirect is followed, no proxy used but one that was configured, nothing but http and https spoken, TLS 1.2 at
/// least with certificate and host name checked. Every socket is shown to the ``AddressGuard`` before it connects.
/// Replies are bounded in bytes and time. A call whose task is cancelled is dropped at once and throws
/// `CancellationError`.
public final class HTTPClient: Sendable {
    /// A proxy for every call. It looks host names up by itself, so it has to refuse what ``AddressGuard`` would; here
    /// only addresses written out in the URL can be refused.
    public struct Proxy: Sendable {
        /// `http://host:port` or `https://host:port`.
        public var url: String
        public var login: HTTPCall.BasicAuthentication?

        public init(_ url: String, login: HTTPCall.BasicAuthentication? = nil) {
            self.url = url
            self.login = login
        }
    }

    /// Limits and trust of a client.
    public struct Configuration: Sendable {
        /// From the call to the last byte of the reply, waiting for its turn included.
        public var timeout: Duration = .seconds(30)
        /// Name resolution, connection and TLS handshake together.
        public var connectTimeout: Duration = .seconds(10)
        /// Bytes of a reply's body; a longer one fails the call.
        public var bodyLimit = 1 << 20
        /// How long a connection may have been idle and still be used again. Whole seconds.
        public var idleTime: Duration = .seconds(30)
        /// PEM file of the trusted authorities; nil takes the system's.
        public var caFile: String?
        public var userAgent: String?
        /// nil goes straight to the target, whatever the environment says.
        public var proxy: Proxy?
        var addressGuard = AddressGuard()

        public init() {}
    }

    private let configuration: Configuration
    private let thread: OutboundThread
    private let owner = Transfer.Owner()

    public init(_ configuration: Configuration = Configuration(), on thread: OutboundThread) {
        self.configuration = configuration
        self.thread = thread
    }

    /// A client with a thread of its own.
    ///
    /// - Parameter name: of the client's thread, as debuggers show it.
    /// - Throws: ``OutboundError`` when the library cannot start.
    public convenience init(_ configuration: Configuration = Configuration(), name: String = "http") throws {
        self.init(configuration, on: try OutboundThread(name: name))
    }

    /// Makes the call and gives the reply, of any status.
    ///
    /// - Throws: ``OutboundError``, or `CancellationError`.
    public func send(_ call: HTTPCall) async throws -> HTTPReply {
        try call.validate()
        let deadline = ContinuousClock.now + (call.timeout ?? configuration.timeout)
        return try await thread.perform { [configuration, owner] in
            HTTPTransfer(call, configuration, owner: owner, deadline: deadline, continuation: $0)
        }.reply
    }

    /// Makes the call and passes the body of a reply with a status of 2xx on as it comes; nothing of it is kept. Limits are the
    /// call's: a large file needs a timeout and a body limit that fit it, and a stall limit so that nobody waits that long for
    /// silence.
    ///
    /// - Parameter sink: what it throws ends the call and is thrown on.
    /// - Throws: ``OutboundError``, among them ``OutboundError/Code/incomplete`` where fewer bytes came than were announced and
    ///   ``OutboundError/Code/tooLarge``, before the first byte where the length was announced; or `CancellationError`. What the
    ///   sink was given by then is not the whole.
    public func download(_ call: HTTPCall, into sink: @escaping HTTPDownload.Sink) async throws -> HTTPDownload {
        try call.validate()
        let deadline = ContinuousClock.now + (call.timeout ?? configuration.timeout)
        return try await thread.perform { [configuration, owner] in
            HTTPTransfer(call, configuration, owner: owner, deadline: deadline, sink: sink, continuation: $0)
        }
    }

    /// Fails what is under way and everything after it with `.closed`.
    public func close() async {
        await thread.close(owner)
    }
}
