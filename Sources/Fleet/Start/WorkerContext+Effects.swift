package import AMQP
import FoundationEssentials
import Ledger
import Observability
import Postgres
package import Rights
import ServiceLifecycle

/// What every worker with effects is made of.
extension WorkerContext {
    /// Makes the lines to the clients, and to the mail relay, of which the database has none yet.
    package func addClientTargets() async throws {
        let registry = registry.current
        let mail = configuration.mail
        try await pool.withConnection { connection in
            _ = try await connection.pipeline(ClientTargets(registry).missing + [ClientTargets.mail(mail)])
        }
    }

    /// The cases of a queue, and the calls that follow from them.
    ///
    /// Ended from the last to the first: nothing new comes before what was begun ends, nothing is cut off before that.
    ///
    /// - Parameter close: closes the ways to the outside, when all calls have ended.
    package func effectWork<Planner: EffectPlanner, Performer: EffectPerformer>(
        _ queue: WorkQueue,
        planner: Planner,
        performer: Performer,
        publisher: AMQPPublisher,
        dispatcher: OutboxDispatcher,
        closing close: @escaping @Sendable () async -> Void
    ) -> WorkerProcess.Work {
        let batches = BatchMetrics(metrics)
        let effects = EffectMetrics(metrics)
        let pace = CallPace()
        let work = CaseWork(queue, planner: planner, registry: registry, pace: pace)
        let crew = EffectCrew(
            name: "\(name)@\(ProcessInfo.processInfo.hostName)",
            performer: performer,
            work: work,
            pool: pool,
            dispatcher: dispatcher,
            gate: gate,
            drainBudget: configuration.drain,
            pace: pace,
            metrics: effects,
            logger: logger
        )
        let hinted = Topology.effects(of: queue)
        // A claim of some hundred effects: of more, a worker that dies would hold too many until their leases end.
        let consumers = [consumer(of: queue.rawValue), consumer(of: hinted, most: 8)]
        let cases = batchWorker(
            CaseWakeHandler(work, ring: ring),
            consumer: consumers[0],
            dispatcher: dispatcher,
            metrics: batches
        )
        let hints = batchWorker(
            EffectHandler(
                EffectClaim(queue, performer: performer, pace: pace),
                crew: crew,
                queue: hinted,
                registry: registry,
                ring: ring,
                metrics: effects
            ),
            consumer: consumers[1],
            dispatcher: dispatcher,
            metrics: batches
        )
        let patience = configuration.heartbeat * 2
        let gate = gate
        return WorkerProcess.Work(services: [publisher, dispatcher, Closing(close), crew, hints, cases]) {
            await Readiness.reasons(consumers: consumers, publisher: publisher, gate: gate, patience: patience)
        }
    }
}
