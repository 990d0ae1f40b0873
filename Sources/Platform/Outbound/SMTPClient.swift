import Threads

/// Hands mails to one server over a few connections, which are reused.
///
/// Each connection has a thread of its own: from a mail's last byte to the server's answer libcurl 7.88 waits and lets
/// nothing else run. So a server that is slow or hangs holds up its own mails and nobody else's calls.
///
/// The server's address is shown to the ``AddressGuard``; TLS is 1.2 at least with certificate and host name checked.
public final class SMTPClient: Sendable {
    public enum Security: Sendable, Hashable {
        /// TLS from the first byte (port 465).
        case implicit
        /// STARTTLS, and nothing is said about the mail without it (port 587).
        case required
        /// STARTTLS if the server offers it. Needs ``Permissions/plain``, since anybody on the way can take the offer out.
        case opportunistic
        /// Needs ``Permissions/plain``.
        case none
    }

    public struct Login: Sendable, CustomStringConvertible {
        public var user: String
        public var password: String

        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }

        public var description: String { "Login(redacted)" }
    }

    public struct Configuration: Sendable {
        /// A name or an address, of version 6 in brackets.
        public var host: String
        public var port: Int
        public var security: Security
        /// Sent over TLS only, or to one of our own without any when plain speech is allowed. A server that offers no way
        /// to log in is given no mail.
        public var login: Login?
        /// What we call ourselves in the greeting.
        public var clientName = "localhost"
        public var allowing: Permissions = []
        /// From the call to the server's last word, waiting for its turn included.
        public var timeout: Duration = .seconds(120)
        /// Name resolution, connection and TLS handshake together.
        public var connectTimeout: Duration = .seconds(15)
        /// Mails under way at once; each has a connection and a thread, made when they are needed.
        public var connections = 8
        /// How long a connection may have been idle and still be used again. Whole seconds.
        public var idleTime: Duration = .seconds(20)
        /// PEM file of the trusted authorities; nil takes the system's.
        public var caFile: String?
        var addressGuard = AddressGuard()

        public init(host: String, port: Int = 587, security: Security = .required) {
            self.host = host
            self.port = port
            self.security = security
        }
    }

    private let configuration: Configuration
    private let lanes: [OutboundThread]
    /// Mails that each lane has, waiting and under way.
    private let loads: Locked<[Int]>
    private let owner = Transfer.Owner()

    /// - Throws: ``OutboundError`` when the configuration is not one that can work: `url` for host, port or name, `header`
    ///   for the login, `plain` for what would go out without encryption and may not.
    public convenience init(_ configuration: Configuration, name: String = "smtp") throws {
        var limits = OutboundThread.Limits()
        limits.inFlight = 1
        let lanes = try (0..<max(1, configuration.connections)).map {
            try OutboundThread(limits, name: "\(name)-\($0)")
        }
        try self.init(configuration, on: lanes)
    }

    init(_ configuration: Configuration, on lanes: [OutboundThread]) throws {
        try configuration.validate()
        self.configuration = configuration
        self.lanes = lanes
        loads = Locked(Array(repeating: 0, count: lanes.count))
    }

    /// Submits the mail and gives the server's last word, whichever it is.
    ///
    /// - Throws: ``OutboundError`` when there was none: ``OutboundError/mayHaveActed`` says whether the server may have
    ///   taken the mail all the same. Or `CancellationError`.
    public func submit(_ submission: MailSubmission) async throws -> SMTPReply {
        try submission.validate()
        let deadline = ContinuousClock.now + (submission.timeout ?? configuration.timeout)
        let lane = enter()
        defer { loads.withLock { $0[lane] -= 1 } }
        return try await lanes[lane].perform { [configuration, owner] in
            SMTPTransfer(submission, configuration, owner: owner, deadline: deadline, continuation: $0)
        }
    }

    /// The lane with the least to do, and of those the first: a quiet client needs one connection.
    private func enter() -> Int {
        loads.withLock { loads in
            let lane = loads.indices.min { loads[$0] < loads[$1] } ?? 0
            loads[lane] += 1
            return lane
        }
    }

    /// Fails what is under way and everything after it with `.closed`.
    public func close() async {
        owner.close()
        for lane in lanes { await lane.close(owner) }
    }
}

extension SMTPClient.Configuration {
    var isEncryptionCertain: Bool { security == .implicit || security == .required }

    fileprivate func validate() throws(OutboundError) {
        let isAddress =
            host.hasPrefix("[") && host.hasSuffix("]") && IPAddress(String(host.dropFirst().dropLast())) != nil
        guard isAddress || MailAddress.isDomain(Array(host.utf8)[...]), (1...65_535).contains(port),
            MailAddress.isDomain(Array(clientName.utf8)[...])
        else { throw OutboundError(.url) }
        guard isEncryptionCertain || allowing.contains(.plain) else { throw OutboundError(.plain) }
        guard let login else { return }
        guard isEncryptionCertain || (security == .none && allowing.contains(.internalAddress)) else {
            throw OutboundError(.plain)
        }
        guard !login.user.isEmpty, !(login.user + login.password).unicodeScalars.contains(where: \.isControlOrLineEnd)
        else { throw OutboundError(.header) }
    }
}
