package import Fleet
import Ledger
import Postgres
import Rights

/// Puts the referral worker together: its cases, its letters and messages, each on a connection of its own.
package enum ReferralWorker {
    package static let queues = [WorkQueue.referral.rawValue, Topology.effects(of: .referral)]
    /// Outcomes are written by two at once, beside the lanes.
    package static let connections = 2

    package static func work(_ context: WorkerContext) async throws -> WorkerProcess.Work {
        let configuration = context.configuration
        let letters = try configuration.letters()
        let publisher = context.publisher()
        let dispatcher = context.dispatcher(publisher)
        let outbound = try OutboundServices(configuration, publisher: publisher, logger: context.logger)
        try await context.addClientTargets()
        let performer = ReferralPerformer(
            ring: context.ring,
            registry: context.registry,
            letters: letters,
            mail: outbound.mail,
            channels: outbound.channels,
            timeout: configuration.outbound.timeout,
            base: configuration.outbound.referenceBase
        )
        return context.effectWork(
            .referral,
            planner: ReferralPlanner(ring: context.ring),
            performer: performer,
            publisher: publisher,
            dispatcher: dispatcher
        ) {
            await outbound.close()
        }
    }
}
