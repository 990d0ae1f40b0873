import FlyingFox
import FlyingSocks
import Glibc
public import Logging
public import ServiceLifecycle

/// A small HTTP server for the people and machines that watch a process: `/health/live`, `/health/ready`, `/metrics`.
///
/// A probe answers 200 with `{"status":"ok"}`, or 503 with `{"status":"unavailable","reasons":[…]}`. Reasons are fixed
/// sentences: the answer is readable by anyone who reaches the port. As the first service of a group it is stopped last
/// and shows the others draining.
public struct ProbeServer: Service {
    /// Gives the reasons against; none means yes. Must answer within seconds.
    public typealias Check = @Sendable () async -> [String]

    private let server: HTTPServer
    private let address: String
    private let logger: Logger

    /// - Parameters:
    ///   - host: an IPv4 or IPv6 address, or `localhost`.
    ///   - port: 0 takes a free one, which ``port()`` reports.
    ///   - live: whether the process should be left running; a restart is the cure for a reason given here.
    ///   - ready: whether it does its work now.
    /// - Throws: ``ProbeServerError`` when the host is no address.
    public init(
        host: String,
        port: UInt16,
        metrics: MetricsRegistry,
        logger: Logger,
        live: @escaping Check = { [] },
        ready: @escaping Check
    ) throws {
        let routes = ProbeRoutes(metrics: metrics, live: live, ready: ready)
        let quiet: DisabledLogger = .disabled
        switch host {
        case "localhost":
            server = HTTPServer(address: try .inet(ip4: "127.0.0.1", port: port), logger: quiet, handler: routes)
        case _ where host.contains(":"):
            guard let address = try? sockaddr_in6.inet6(ip6: host, port: port) else { throw ProbeServerError.host }
            server = HTTPServer(address: address, logger: quiet, handler: routes)
        default:
            guard let address = try? sockaddr_in.inet(ip4: host, port: port) else { throw ProbeServerError.host }
            server = HTTPServer(address: address, logger: quiet, handler: routes)
        }
        address = host.contains(":") ? "[\(host)]" : host
        self.logger = logger
    }

    /// Serves until graceful shutdown or cancellation; throws ``ProbeServerError`` when the port cannot be had.
    public func run() async throws {
        // Not a child: the server's wait for its own listening outlives cancellation by seconds, and a port that cannot
        // be bound must be told at once.
        let report = Task {
            guard let port = try? await port() else { return }  // what the server throws below says why
            logger.info("probes listen", metadata: .keys([.address: "\(address):\(port)"]))
        }
        defer { report.cancel() }
        do {
            try await cancelWhenGracefulShutdown { try await server.run() }
        } catch  where Task.isShuttingDownGracefully || Task.isCancelled {
            return  // however the server words its end
        } catch let error as SocketError {
            throw ProbeServerError(listening: error)
        }
    }

    /// The port it listens on, as soon as it does.
    public func port() async throws -> UInt16 {
        try await server.waitUntilListening()
        switch await server.listeningAddress {
        case .ip4(_, let port), .ip6(_, let port): return port
        case .unix, nil: throw ProbeServerError.notListening
        }
    }
}

/// Why probes cannot be served.
public struct ProbeServerError: Error, Equatable, CustomStringConvertible {
    public let description: String

    /// The host in the configuration is not an address of this machine's families.
    public static let host = ProbeServerError(description: "the probes' host is not an IP address")
    public static let notListening = ProbeServerError(description: "the probe server does not listen")
    /// The port is taken, or may not be bound by this user.
    public static let port = ProbeServerError(
        description: "the probes' port cannot be bound: it is taken or not permitted"
    )

    private init(description: String) {
        self.description = description
    }

    init(listening error: SocketError) {
        self = if case .failed = error { .port } else { .notListening }
    }
}
