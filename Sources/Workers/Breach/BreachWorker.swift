package import Fleet
import Ledger
import Postgres
import Rights

/// Puts the breach worker together: incidents, their clients' cases, the notices, each on a connection of its own.
package enum BreachWorker {
    package static let queues = [WorkQueue.breach.rawValue, Topology.effects(of: .breach)]
    /// Outcomes are written by two at once and leases renewed, beside the lanes.
    package static let connections = 3

    package static func work(_ context: WorkerContext) async throws -> WorkerProcess.Work {
        let configuration = context.configuration
        let letters = try configuration.letters()
        let publisher = context.publisher()
        let dispatcher = context.dispatcher(publisher)
        let outbound = try OutboundServices(configuration, publisher: publisher, logger: context.logger)
        try await context.addClientTargets()
        let performer = BreachPerformer(
            ring: context.ring,
            registry: context.registry,
            letters: letters,
            channels: outbound.channels,
            mail: outbound.mail,
            base: configuration.outbound.referenceBase
        )
        return context.effectWork(
            .breach,
            planner: NoticePlanner(ring: context.ring, registry: context.registry),
            performer: performer,
            publisher: publisher,
            dispatcher: dispatcher
        ) {
            await outbound.close()
        }
    }
}
