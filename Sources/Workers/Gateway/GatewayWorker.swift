package import AMQP
package import Fleet
import FoundationEssentials
package import Ledger
package import Logging
import Observability
package import Postgres
import Rights
import ServiceLifecycle

/// Puts the gateway together. Any number of copies: none knows anything that the others do not.
package enum GatewayWorker {
    /// Requests ask the database one after another for a few milliseconds each.
    package static let connections = 8

    package static func work(_ context: WorkerContext) async throws -> WorkerProcess.Work {
        let configuration = context.configuration
        try configuration.gateway.check()
        guard context.broker("").user == Publisher.gateway.brokerUser else {
            throw StartError(
                .configuration,
                "amqp.url: is not the gateway's login, so that what clients do would be refused; use \(Publisher.gateway.brokerUser)"
            )
        }
        let publisher = context.publisher()
        let outbound = try OutboundServices(configuration, publisher: nil, logger: context.logger)
        let server = try server(
            configuration.gateway,
            services: Services(
                pool: context.pool,
                ring: context.ring,
                registry: context.registry,
                publisher: publisher,
                store: try configuration.exports?.store(outbound.http),
                base: configuration.outbound.referenceBase
            ),
            metrics: GatewayMetrics(context.metrics),
            logger: context.logger
        )
        return WorkerProcess.Work(services: [publisher, Closing { await outbound.close() }, server]) {
            await reasons(server, publisher, context.pool)
        }
    }

    /// What all routes are made of.
    package struct Services: Sendable {
        package let pool: PostgresPool
        package let ring: KeyRing
        package let registry: RegistryCache
        package let publisher: AMQPPublisher
        /// Where bundles lie; nil where none is configured.
        package let store: (any ObjectStore)?
        /// Below which clients reach the gateway; nil where nobody has said.
        package let base: String?

        package init(
            pool: PostgresPool,
            ring: KeyRing,
            registry: RegistryCache,
            publisher: AMQPPublisher,
            store: (any ObjectStore)?,
            base: String?
        ) {
            self.pool = pool
            self.ring = ring
            self.registry = registry
            self.publisher = publisher
            self.store = store
            self.base = base
        }
    }

    package static func server(
        _ configuration: GatewayConfiguration,
        services: Services,
        metrics: GatewayMetrics,
        logger: Logger
    ) throws -> GatewayServer {
        let reception = Reception(
            routes: RouteBook(services, metrics: metrics, logger: logger),
            door: TokenDoor(
                pool: services.pool,
                rates: RateBook(perMinute: configuration.requestsPerMinute),
                guesses: GuessBook()
            ),
            bodyBytes: configuration.bodyBytes,
            patience: configuration.patience,
            metrics: metrics,
            logger: logger
        )
        return try GatewayServer(configuration, reception: reception, logger: logger)
    }

    /// Reasons against readiness: a client that comes now is not served.
    private static func reasons(_ server: GatewayServer, _ publisher: AMQPPublisher, _ pool: PostgresPool) async
        -> [String]
    {
        var reasons: [String] = []
        if server.port == nil { reasons.append("the server does not listen") }
        if !publisher.health.isConnected { reasons.append("the publishing connection is down") }
        do {
            _ = try await TimeLimit.within(.seconds(2)) {
                try await pool.withConnection { try await $0.query("SELECT 1") }
            }
        } catch {
            reasons.append("the database does not answer")
        }
        return reasons
    }
}

extension RouteBook {
    init(_ services: GatewayWorker.Services, metrics: GatewayMetrics, logger: Logger) {
        let desk = ActDesk(
            pool: services.pool,
            publisher: services.publisher,
            digest: KeyedDigest(services.ring.looking),
            metrics: metrics,
            logger: logger
        )
        let (pool, ring) = (services.pool, services.ring)
        let incidents = IncidentRoutes(
            pool: pool,
            ring: ring,
            registry: services.registry,
            desk: desk,
            base: services.base
        )
        routes =
            RequestRoutes(pool: pool, ring: ring, desk: desk).all
            + ExportRoutes(pool: pool, ring: ring, store: services.store, metrics: metrics, logger: logger).all
            + CertificateRoutes(pool: pool).all
            + incidents.all + NoticeRoutes(pool: pool, ring: ring, desk: desk).all
    }
}
