import AMQP
package import Fleet
import FoundationEssentials
import Observability
import Rights

/// Puts the clock together: due deadlines, due effects, the relay of what writers left, turns of what came over a rate,
/// the drain of the park queue, housekeeping. Any number of copies.
package enum ClockWorker {
    package static let queues = [Topology.parked]

    package static func work(_ context: WorkerContext) async throws -> WorkerProcess.Work {
        let publisher = context.publisher()
        let dispatcher = context.dispatcher(publisher)
        let consumer = context.consumer(of: Topology.parked)
        let letters = context.batchWorker(
            DeadLetterHandler(
                queue: consumer.queue,
                ring: context.ring,
                registry: context.registry
            ),
            consumer: consumer,
            dispatcher: dispatcher,
            metrics: BatchMetrics(context.metrics)
        )
        let relay = OutboxRelay(
            publisher: publisher,
            pool: context.pool,
            interval: .seconds(1),
            metrics: OutboxMetrics(context.metrics),
            logger: context.logger
        )
        let expiry = EarlyEventExpiry(
            pool: context.pool,
            ring: context.ring,
            registry: context.registry,
            dispatcher: dispatcher
        )
        let deadlines = DueDeadlines(
            pool: context.pool,
            registry: context.registry,
            dispatcher: dispatcher,
            gate: context.gate,
            logger: context.logger
        )
        if let time = context.domainTime { _ = try await deadlines.play(until: time) }
        let housekeeping = Housekeeping(pool: context.pool, expiry: expiry, logger: context.logger)
        let turns = WaitingTurns(pool: context.pool, dispatcher: dispatcher, logger: context.logger)
        let holds = HoldLook(pool: context.pool, dispatcher: dispatcher, logger: context.logger)
        let reviews = ReviewLook(
            pool: context.pool,
            harvest: HarvestLook(pool: context.pool, registry: context.registry),
            metrics: context.metrics,
            logger: context.logger
        )
        let effects = EffectRelease(
            pool: context.pool,
            dispatcher: dispatcher,
            metrics: context.metrics,
            logger: context.logger
        )
        let targets = TargetLook(pool: context.pool, metrics: context.metrics, logger: context.logger)
        let sampling = FigureSampling(pool: context.pool, logger: context.logger)
        let patience = context.configuration.heartbeat * 2
        return WorkerProcess.Work(
            services: [
                publisher, dispatcher, relay, deadlines, effects, turns, holds, housekeeping, reviews, targets,
                sampling,
                letters,
            ]
        ) {
            await Readiness.reasons(consumers: [consumer], publisher: publisher, gate: context.gate, patience: patience)
        }
    }
}
