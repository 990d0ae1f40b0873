import AMQP
import Ledger
import Logging
import Observability
import Postgres

/// What must be true before a worker begins: the schema, the topology, the registry.
///
/// A database or broker that cannot be reached is waited for, up to a minute, since a whole site may be starting; one that
/// is not what this binary needs is refused at once.
struct StartChecks {
    private static let patience = Duration.seconds(60)

    let pool: PostgresPool
    let broker: AMQPConfiguration
    /// What this worker consumes; their existence is all that a login with configure `^$` can see.
    let queues: [String]
    let logger: Logger

    func run() async throws -> RegistryCache {
        let deadline = ContinuousClock.now + StartChecks.patience
        while true {
            do {
                let registry = try await checkDatabase()
                try await checkBroker()
                return registry
            } catch let error as PostgresError where error.retryClass == .outage {
                guard ContinuousClock.now < deadline else {
                    throw StartError(.unavailable, "database: \(error); start it or correct database.url")
                }
                logger.notice("waiting for the database", metadata: .keys([.reason: "\(error)"]))
            } catch let error as AMQPError where error.isRetryable {
                guard ContinuousClock.now < deadline else {
                    throw StartError(.unavailable, "broker: \(error); start it or correct amqp.url")
                }
                logger.notice("waiting for the broker", metadata: .keys([.reason: "\(error)"]))
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func checkBroker() async throws {
        let channel: AMQPChannel
        do {
            channel = try await AMQPChannel.open(broker)
        } catch let error as AMQPError where !error.isRetryable {
            throw StartError(.configuration, "broker: \(error); correct amqp.url or the login's permissions")
        }
        for queue in queues {
            do {
                _ = try await channel.passiveDeclare(queue: queue)
            } catch let error as AMQPError where !error.isRetryable || error.replyCode == 404 {
                throw StartError(.configuration, "topology: queue \(queue): \(error); run `habeas topology apply`")
            }
        }
        await channel.close()
    }

    private func checkDatabase() async throws -> RegistryCache {
        let migrator = try Migrator.ledger()
        let registry = try await pool.withConnection { connection in
            do {
                // A newer schema is what expand-then-contract allows: old and new workers side by side.
                try await migrator.check(connection, allowsNewer: true)
            } catch let error as MigrationError {
                throw StartError(.configuration, "schema: \(error)")
            }
            return try await Registry.load(on: connection)
        }
        guard registry.topologyDigest == (try Topology.fleet.digest()) else {
            let fault =
                registry.topologyDigest == nil ? "was never applied" : "is not the one this worker was built for"
            throw StartError(.configuration, "topology: \(fault); run `habeas topology apply` with this version")
        }
        return RegistryCache(registry)
    }
}
