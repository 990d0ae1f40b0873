package import Fleet
import FoundationEssentials
import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
package import Observability
import Postgres
import ServiceLifecycle

/// The operators' console: pages that only read, from PostgreSQL, for whoever has a token of the operators' file.
///
/// Any number of copies; with one key file for all of them each admits the sessions of the others.
package struct ConsoleServer: Service {
    /// Browsers at once; more wait in the backlog.
    private static let connections = 256
    /// A connection over which nothing comes is closed.
    private static let patience = TimeAmount.seconds(30)

    private let configuration: ConsoleConfiguration
    private let pool: PostgresPool
    private let desk: ConsoleDesk
    private let responder: RouterResponder<ConsoleContext>
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// - Parameter onListening: is given the port.
    /// - Throws: ``StartError`` where a file or the database's URL is not what it has to be.
    package init(
        _ configuration: ConsoleConfiguration,
        metrics: MetricsRegistry,
        logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws {
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
        var database: PostgresConfiguration
        do {
            database = try PostgresConfiguration(url: configuration.databaseURL)
        } catch let error as PostgresError {
            throw StartError(.configuration, "console.database_url: \(error)")
        }
        database.applicationName = "habeas-console"
        database.connectTimeout = .seconds(3)
        database.statementTimeout = ConsoleReader.statementTimeout
        database.responseTimeout = ConsoleReader.statementTimeout + .seconds(3)
        database.sessionSettings["default_transaction_read_only"] = "on"
        database.sessionSettings["jit"] = "off"
        pool = PostgresPool(configuration: database, size: 4, acquireTimeout: .seconds(3), logger: logger)
        let operators = try OperatorBook(path: configuration.operatorsFile, logger: logger)
        let key = try configuration.sessionKeyFile.map { try SessionKey(file: $0) } ?? SessionKey()
        desk = ConsoleDesk(
            configuration,
            pool: pool,
            operators: operators,
            key: key,
            metrics: metrics,
            logger: logger
        )
        let router = Router(context: ConsoleContext.self)
        ConsoleRoutes(desk: desk).add(to: router)
        responder = router.buildResponder()
    }

    package func run() async throws {
        do {
            try await server().run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE || error.errnoCode == EACCES {
            await pool.shutdown()
            throw StartError(.configuration, "console.port: cannot be bound: it is taken or not permitted")
        } catch {
            await pool.shutdown()
            throw error
        }
        await pool.shutdown()
    }

    private func server() throws -> any Service {
        var decoder = HTTP1Channel.Configuration.DecoderConfiguration()
        decoder.maxHeaderListSize = 16_384
        decoder.maxHeaderFieldSize = 8_192
        decoder.maxHeaderFieldCount = 100
        let channel = HTTP1Channel.Configuration(idleTimeout: Self.patience, httpDecoderConfiguration: decoder)
        return try HTTPServerBuilder.http1(configuration: channel).buildServer(
            configuration: ServerConfiguration(
                address: .hostname(configuration.address, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connections)
            ),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger,
            responder: { [responder, desk, logger] request, writer, channel in
                let context = ConsoleContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
                var response: Response
                do {
                    response = try await responder.respond(to: request, context: context)
                    // What no route answers has none of our headers.
                    if response.status.code >= 400, response.headers[.contentSecurityPolicy] == nil {
                        response = response.status == .notFound ? desk.notFound() : desk.refused(response.status)
                    }
                } catch {
                    // By its type: what it says of itself may hold what was sent.
                    logger.error("a page of the console failed", metadata: .keys([.reason: "\(type(of: error))"]))
                    response = desk.refused(.internalServerError)
                }
                try await writer.write(response: response.head, body: response.body)
            },
            onServerRunning: { [onListening, logger, configuration] channel in
                let port = channel.localAddress?.port ?? 0
                logger.info("the console listens", metadata: .keys([.address: "\(configuration.address):\(port)"]))
                await onListening(port)
            }
        )
    }
}
