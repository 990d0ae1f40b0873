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
        let publisher = context.publisher()
        let dispatcher = context.dispatcher(publisher)
        let outbound = try OutboundServices(configuration, publisher: publisher, logger: context.logger)
        let connectors = try await context.connectors(over: outbound, publisher: publisher, signing: "certificates")
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
