import AMQP
package import Fleet
import FoundationEssentials
import Observability
import Rights

/// Puts intake together: ordinary events and breaches on connections of their own, so that neither waits for the other.
package enum IntakeWorker {
    package static let queues = [Topology.intake, Topology.intakeBreach]

    package static func work(_ context: WorkerContext) async throws -> WorkerProcess.Work {
        let publisher = context.publisher()
        let dispatcher = context.dispatcher(publisher)
        let metrics = BatchMetrics(context.metrics)
        let domainTime = DomainTime()
        let alerts = IntakeMetrics(context.metrics)
        let consumers = queues.map { context.consumer(of: $0) }
        let workers = consumers.map { consumer in
            context.batchWorker(
                IntakeHandler(
                    queue: consumer.queue,
                    registry: context.registry,
                    ring: context.ring,
                    domainTime: domainTime,
                    metrics: alerts
                ),
                consumer: consumer,
                dispatcher: dispatcher,
                metrics: metrics
            )
        }
        let patience = context.configuration.heartbeat * 2
        return WorkerProcess.Work(services: [publisher, dispatcher] + workers) {
            await Readiness.reasons(consumers: consumers, publisher: publisher, gate: context.gate, patience: patience)
        }
    }
}
