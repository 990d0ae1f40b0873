package import AMQP
package import Fleet
import Ledger
import Postgres
import Rights

/// What every worker that acts at systems begins with.
extension WorkerContext {
    /// The ways to the systems of the data map, each of which has a place in the effect ledger from now on.
    ///
    /// - Parameter signed: what the worker signs; it needs a key for that.
    /// - Throws: `StartError`.
    package func connectors(
        over outbound: OutboundServices,
        publisher: AMQPPublisher,
        signing signed: String
    ) async throws -> ConnectorBook {
        guard ring.signing != nil else {
            throw StartError(
                .configuration,
                "keys.file: no key of kind sign; add one with `habeas keys create --add sign`, \(signed) are signed with it"
            )
        }
        try await pool.withConnection { connection in
            let targets = SystemTargets.missing(registry.current.systems)
            if !targets.isEmpty { _ = try await connection.pipeline(targets) }
        }
        return ConnectorBook(
            ConnectorServices(
                http: outbound.http,
                secrets: outbound.secrets,
                mail: outbound.mail,
                publisher: publisher,
                digest: KeyedDigest(ring.looking),
                olderDigests: ring.lookupKeys.dropFirst().map(KeyedDigest.init),
                intakeKey: ring.intake?.receiver,
                timeout: configuration.outbound.timeout,
                logger: logger
            )
        )
    }
}
