/// How to reach a broker, and how patient to be with it. A value: change what you need after parsing.
public struct AMQPConfiguration: Sendable {
    public struct Host: Sendable, Hashable {
        public var name: String
        public var port: Int

        public init(name: String, port: Int) {
            self.name = name
            self.port = port
        }
    }

    /// TLS 1.2 or later. The trust anchors are always named: there is no falling back to a system store.
    public struct TLS: Sendable {
        /// PEM file with the certificates to trust.
        public var caFile: String
        /// PEM files of the client's own certificate and key, for mutual TLS.
        public var certFile: String?
        public var keyFile: String?
        /// Whether the certificate must carry the host's name. Names only: a host given as an IP address is refused.
        public var verifyHost: Bool

        public init(caFile: String, certFile: String? = nil, keyFile: String? = nil, verifyHost: Bool = true) {
            self.caFile = caFile
            self.certFile = certFile
            self.keyFile = keyFile
            self.verifyHost = verifyHost
        }
    }

    /// Tried in order, round and round.
    public var hosts: [Host]
    public var user: String
    /// Secret.
    public var password: String
    public var virtualHost: String
    /// `nil` is plain TCP.
    public var tls: TLS?
    /// Log in by the client certificate instead of user and password.
    public var usesExternalLogin = false
    /// Asked of the broker; the smaller of both sides counts. Two silent heartbeats are a lost connection.
    public var heartbeat: Duration = .seconds(10)
    /// Shown in the broker's list of connections.
    public var connectionName: String = ""
    /// For TCP, TLS and login together, per host.
    public var connectTimeout: Duration = .seconds(5)
    /// For one question to the broker, such as a declaration.
    public var rpcTimeout: Duration = .seconds(10)
    /// Largest frame in bytes, at least 4096.
    public var frameMax: Int = 131_072
    /// Bytes of a body that are kept. What is beyond is counted and digested, never stored.
    public var maximumBody: Int = 1 << 20
    /// Makes the digest for bodies that were cut. 64-bit FNV-1a unless a cryptographic one is given.
    public var bodyDigest: @Sendable () -> any BodyDigest = { FNV1a() }
    public var backOff = BackOff()
    /// Bytes of unhandled bodies a consumer aims to stay below when it raises its prefetch.
    public var prefetchBytes: Int = 8 << 20
    /// Looks after the threads of the connections. `nil` for none.
    public var watchdog: Watchdog?

    public init(
        hosts: [Host],
        user: String,
        password: String,
        virtualHost: String = "/",
        tls: TLS? = nil
    ) {
        self.hosts = hosts
        self.user = user
        self.password = password
        self.virtualHost = virtualHost
        self.tls = tls
    }
}
