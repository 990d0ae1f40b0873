package import Fleet
import FoundationEssentials
import Ledger
import Observability
import Postgres
import Rights
import ServiceLifecycle

/// Puts the referral worker together: its cases, its letters and messages, each on a connection of its own.
package enum ReferralWorker {
    package static let queues = [WorkQueue.referral.rawValue, Topology.effects(of: .referral)]
    /// Outcomes are written by two at once, beside the lanes.
    package static let connections = 2

    package static func work(_ context: WorkerContext) async throws -> WorkerProcess.Work {
        let configuration = context.configuration
        // Before anything is consumed: a template that cannot be read is a mistake of the installation.
        let letters: LetterBook
        do {
            letters = try LetterBook(folder: configuration.policyFolder)
        } catch {
            throw StartError(.configuration, "policy.folder: \(error)")
        }
        let publisher = context.publisher()
        let dispatcher = context.dispatcher(publisher)
        let outbound = try OutboundServices(configuration, publisher: publisher, logger: context.logger)
        try await context.pool.withConnection { connection in
            let targets = ClientTargets(context.registry.current)
            _ = try await connection.pipeline(targets.missing + [ClientTargets.mail(configuration.mail)])
        }
        let metrics = BatchMetrics(context.metrics)
        let effects = EffectMetrics(context.metrics)
        let work = CaseWork(.referral, planner: ReferralPlanner(ring: context.ring), registry: context.registry)
        let performer = ReferralPerformer(
            ring: context.ring,
            registry: context.registry,
            letters: letters,
            mail: outbound.mail,
            channels: outbound.channels,
            timeout: configuration.outbound.timeout,
            base: configuration.outbound.referenceBase
        )
        let crew = EffectCrew(
            name: "\(context.name)@\(ProcessInfo.processInfo.hostName)",
            performer: performer,
            work: work,
            pool: context.pool,
            dispatcher: dispatcher,
            gate: context.gate,
            drainBudget: configuration.drain,
            metrics: effects,
            logger: context.logger
        )
        let consumers = queues.map(context.consumer(of:))
        let cases = context.batchWorker(
            CaseWakeHandler(work, ring: context.ring),
            consumer: consumers[0],
            dispatcher: dispatcher,
            metrics: metrics
        )
        let hints = context.batchWorker(
            EffectHandler(
                EffectClaim(.referral, performer: performer),
                crew: crew,
                queue: queues[1],
                registry: context.registry,
                ring: context.ring,
                metrics: effects
            ),
            consumer: consumers[1],
            dispatcher: dispatcher,
            metrics: metrics
        )
        let patience = configuration.heartbeat * 2
        // Ended from the last to the first: nothing new comes before what was begun ends, nothing is cut off before that.
        return WorkerProcess.Work(
            services: [publisher, dispatcher, OutboundEnd(services: outbound), crew, hints, cases]
        ) {
            await Readiness.reasons(consumers: consumers, publisher: publisher, gate: context.gate, patience: patience)
        }
    }
}

/// Closes the connections to the outside when all calls have ended.
struct OutboundEnd: Service {
    let services: OutboundServices

    func run() async throws {
        try? await gracefulShutdown()
        await services.close()
    }
}
