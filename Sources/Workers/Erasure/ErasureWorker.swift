import Connectors
package import Fleet
import Ledger
import Postgres
import Rights

/// Puts the erasure worker together: its cases, its calls to systems.
package enum ErasureWorker {
    package static let queues = [WorkQueue.erasure.rawValue, Topology.effects(of: .erasure)]
    /// Outcomes are written by two at once, beside the lanes.
    package static let connections = 2

    package static func work(_ context: WorkerContext) async throws -> WorkerProcess.Work {
        let configuration = context.configuration
        guard context.ring.signing != nil else {
            throw StartError(
                .configuration,
                "keys.file: no key of kind sign; add one with `habeas keys create --add sign`, certificates are signed with it"
            )
        }
        let publisher = context.publisher()
        let dispatcher = context.dispatcher(publisher)
        let outbound = try OutboundServices(configuration, publisher: publisher, logger: context.logger)
        try await context.pool.withConnection { connection in
            let targets = SystemTargets.missing(context.registry.current.systems)
            if !targets.isEmpty { _ = try await connection.pipeline(targets) }
        }
        let connectors = ConnectorBook(
            ConnectorServices(
                http: outbound.http,
                secrets: outbound.secrets,
                mail: outbound.mail,
                publisher: publisher,
                digest: KeyedDigest(context.ring.looking),
                olderDigests: context.ring.lookupKeys.dropFirst().map(KeyedDigest.init),
                timeout: configuration.outbound.timeout,
                logger: context.logger
            )
        )
        let performer = TargetPerformer(ring: context.ring, registry: context.registry, connectors: connectors)
        return context.effectWork(
            .erasure,
            planner: ErasurePlanner(ring: context.ring),
            performer: performer,
            publisher: publisher,
            dispatcher: dispatcher
        ) {
            await connectors.close()
            await outbound.close()
        }
    }
}
