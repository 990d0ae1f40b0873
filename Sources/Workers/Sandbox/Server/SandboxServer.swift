import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
import Outbound
import ServiceLifecycle

/// The stand-in peers, listening on 127.0.0.1.
///
/// When it is told to end it lets answers that are on their way leave, and then closes every connection: a call that hangs holds
/// nothing up.
package struct SandboxServer: Service {
    /// For answers on their way.
    private static let grace = TimeAmount.milliseconds(150)

    private let settings: SandboxSettings
    private let connections = Connections()
    private let couriers = Couriers()
    private let client: HTTPClient
    private let responder: RouterResponder<PeerContext>
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - identity: what the OpenDSR peers sign with.
    ///   - onListening: is given the port.
    /// - Throws: ``SandboxError``, ``ScriptFault``.
    package init(
        _ settings: SandboxSettings,
        identity: ProcessorIdentity,
        logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void
    ) throws {
        self.settings = settings
        self.logger = logger
        self.onListening = onListening
        var configuration = HTTPClient.Configuration()
        configuration.timeout = .seconds(5)
        configuration.userAgent = "habeas-sandbox"
        client = try HTTPClient(configuration, name: "callbacks")
        let desk = Desk(
            peers: Peers(limits: settings.limits),
            scripts: ScriptBook(try settings.scripts()),
            connections: connections,
            bodyLimit: settings.bodyLimit
        )
        let secrets = try SecretBook(references: settings.secrets, folder: settings.secretsFolder)
        let router = Router(context: PeerContext.self)
        WebhookRoutes(desk: desk, secrets: secrets, tolerance: settings.tolerance).add(to: router)
        OpenDSRRoutes(
            desk: desk,
            processor: OpenDSRProcessor(identity: identity, couriers: couriers, client: client)
        ).add(to: router)
        RESTRoutes(desk: desk).add(to: router)
        UploadRoutes(desk: desk).add(to: router)
        ReportRoutes(peers: desk.peers).add(to: router)
        ScriptRoutes(scripts: desk.scripts).add(to: router)
        responder = router.buildResponder()
    }

    package func run() async throws {
        let server = try server()
        try await withGracefulShutdownHandler {
            try await withTaskCancellationHandler {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await server.run() }
                    group.addTask { await couriers.run() }
                    try await group.waitForAll()
                }
            } onCancel: {
                connections.closeAll()
            }
        } onGracefulShutdown: {
            MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: Self.grace) { connections.closeAll() }
        }
        await client.close()
    }

    /// Not Hummingbird's `Application`: that answers 500 where a peer has to drop the connection.
    private func server() throws -> any Service {
        try HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(additionalChannelHandlers: [ConnectionWatch(connections)])
        ).buildServer(
            configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: settings.port), backlog: 4_096),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger,
            responder: { [responder, logger] request, writer, channel in
                let context = PeerContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
                let response = try await responder.respond(to: request, context: context)
                try await writer.write(response: response.head, body: response.body)
            },
            onServerRunning: { [onListening] channel in
                await onListening(channel.localAddress?.port ?? 0)
            }
        )
    }
}
