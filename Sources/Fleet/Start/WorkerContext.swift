package import AMQP
package import FoundationEssentials
package import Ledger
package import Logging
package import Observability
package import Postgres

/// What every worker has: configuration, logs, metrics, keys, the database pool and the way to the broker.
package struct WorkerContext: Sendable {
    package let name: String
    package let configuration: FleetConfiguration
    package let logger: Logger
    package let metrics: MetricsRegistry
    package let ring: KeyRing
    package let pool: PostgresPool
    package let gate: OutageGate
    package let registry: RegistryCache
    /// The domain time a play database is to be moved to, from `--at`.
    package let domainTime: Date?
    private let amqp: AMQPConfiguration
    private let watchdog: Watchdog

    init(
        name: String,
        queues: [String],
        connections: Int,
        configuration: FleetConfiguration,
        domainTime: Date?,
        logger: Logger
    ) async throws {
        self.name = name
        self.domainTime = domainTime
        self.configuration = configuration
        self.logger = logger
        metrics = MetricsRegistry()
        ring = try KeyRing(file: try configuration.required(.keysFile))
        var database = try PostgresConfiguration(url: try configuration.required(.databaseURL))
        database.applicationName = name
        // Workers look rows up by key and by nothing else. A plan made while tables were small would read them whole and be
        // kept: measured, one and a half times the rest of a batch. Without those ways some plans look dear enough to be
        // compiled, which takes longer than they run.
        database.sessionSettings = [
            "enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "jit": "off",
        ]
        var broker: AMQPConfiguration
        do {
            broker = try AMQPConfiguration(url: try configuration.required(.amqpURL))
        } catch let error as AMQPError {
            throw StartError(.configuration, "amqp.url: \(error)")
        }
        broker.heartbeat = configuration.heartbeat
        let watchdog = Watchdog(logger: logger)
        broker.watchdog = watchdog
        self.watchdog = watchdog
        amqp = broker
        // Each lane of each queue holds a connection while it commits, and two more mark what was published: a smaller pool
        // would only make them wait for each other.
        let needed = queues.count * configuration.lanes + 2 + connections
        pool = PostgresPool(configuration: database, size: max(configuration.databasePool, needed), logger: logger)
        gate = OutageGate(pool: pool, logger: logger)
        registry = try await StartChecks(pool: pool, broker: broker, queues: queues, logger: logger).run()
    }

    /// The broker, for a connection that is named after its purpose.
    package func broker(_ purpose: String) -> AMQPConfiguration {
        var broker = amqp
        broker.connectionName = "\(name) \(purpose)"
        return broker
    }

    /// - Parameter most: messages a batch, where each stands for so much that fewer than usual make one.
    package func consumer(of queue: String, most: Int = .max) -> AMQPConsumer {
        AMQPConsumer(
            configuration: broker("consumes \(queue)"),
            queue: queue,
            prefetch: configuration.prefetch,
            batch: BatchLimits(
                count: min(most, configuration.batch.count),
                bytes: configuration.batch.bytes,
                linger: configuration.batch.linger
            ),
            logger: logger
        )
    }

    package func publisher() -> AMQPPublisher {
        AMQPPublisher(configuration: broker("publishes"), logger: logger)
    }

    package func dispatcher(_ publisher: AMQPPublisher) -> OutboxDispatcher {
        OutboxDispatcher(publisher: publisher, pool: pool, metrics: OutboxMetrics(metrics), logger: logger)
    }

    package func batchWorker<Handler: BatchHandler>(
        _ handler: Handler,
        consumer: AMQPConsumer,
        dispatcher: OutboxDispatcher,
        metrics: BatchMetrics
    ) -> BatchWorker<Handler> {
        BatchWorker(
            consumer: consumer,
            handler: handler,
            pool: pool,
            dispatcher: dispatcher,
            gate: gate,
            lanes: configuration.lanes,
            drainBudget: configuration.drain,
            metrics: metrics,
            logger: logger
        )
    }
}
