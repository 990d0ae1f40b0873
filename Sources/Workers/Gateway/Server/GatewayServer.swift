import Fleet
import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOHTTPTypes
import NIOPosix
import NIOSSL
import Observability
import ServiceLifecycle
import Synchronization

/// The gateway's place on the network: addresses, TLS, limits of connections and of time. All that is asked goes to the ``Reception``.
package final class GatewayServer: Service {
    /// Bytes of all headers of a request.
    private static let headerBytes = 16 << 10
    private static let headerCount = 64

    private let configuration: GatewayConfiguration
    private let reception: Reception
    private let tls: TLSConfiguration?
    private let logger: Logger
    private let listening = Mutex<Int?>(nil)

    /// - Throws: `StartError` where the certificate or its key cannot be used.
    init(_ configuration: GatewayConfiguration, reception: Reception, logger: Logger) throws {
        self.configuration = configuration
        self.reception = reception
        self.logger = logger
        tls = try configuration.tls.map(Self.tls)
    }

    /// Method and path of all that is served.
    var routes: [String] { reception.routes.routes.map { "\($0.method.rawValue) \($0.path.text)" } }

    /// The port that it listens on; nil before and after.
    package var port: Int? { listening.withLock { $0 } }

    package func run() async throws {
        try await server().run()
        listening.withLock { $0 = nil }
    }

    private func server() throws -> any Service {
        let patience = TimeAmount.nanoseconds(Int64(configuration.patience / .nanoseconds(1)))
        let isEncrypted = configuration.isEncrypted
        let tooSlow = Self.tooSlow
        let count = ConnectionCount(most: configuration.connections)
        var http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionGate(count), StrictHeaders(isEncrypted: isEncrypted),
                ConnectionClock(patience: patience, tooSlow: tooSlow),
            ]
        )
        http.httpDecoder = .init(
            maxHeaderFieldSize: Self.headerBytes,
            maxHeaderListSize: Self.headerBytes,
            maxHeaderFieldCount: Self.headerCount
        )
        let plain = HTTPServerBuilder.http1(configuration: http)
        let builder = try tls.map { try HTTPServerBuilder.tls(plain, tlsConfiguration: $0) } ?? plain
        return try builder.buildServer(
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port)
            ),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "habeas-gateway") { _ in SwiftLogNoOpLogHandler() },
            responder: { [reception] request, writer, _ in
                let response = await reception.answer(request).response
                try await writer.write(response: response.head, body: response.body)
            },
            onServerRunning: { [self] channel in
                let port = channel.localAddress?.port ?? 0
                listening.withLock { $0 = port }
                logger.info("serving clients", metadata: .keys([.address: "\(configuration.host):\(port)"]))
            }
        )
    }

    private static var tooSlow: ConnectionClock.Response {
        let problem = Problem(.tooSlow, "body", "did not arrive in time", "send the whole request at once").answer
        var head = HTTPResponse(status: .init(code: problem.status), headerFields: problem.headers)
        var body = ByteBuffer()
        if case .bytes(let bytes) = problem.content { body.writeBytes(bytes) }
        head.headerFields[.contentLength] = String(body.readableBytes)
        head.headerFields[.connection] = "close"
        return ConnectionClock.Response(head: head, body: body)
    }

    private static func tls(_ files: GatewayConfiguration.TLSFiles) throws -> TLSConfiguration {
        func read<Value>(_ key: ConfigurationKey, _ body: () throws -> Value) throws -> Value {
            do {
                return try body()
            } catch {
                let remedy = "give a PEM file that this user may read and that belongs to the other one"
                throw StartError(.configuration, "\(key.name): cannot be used; \(remedy)")
            }
        }
        let chain = try read(.gatewayCertificate) {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
            guard !chain.isEmpty else { throw NIOSSLError.failedToLoadCertificate }
            return chain
        }
        let key = try read(.gatewayKey) { try NIOSSLPrivateKey(file: files.key, format: .pem) }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        // Made once before anybody calls, to see that the two belong together.
        _ = try read(.gatewayKey) { try NIOSSLContext(configuration: tls) }
        return tls
    }
}
