import Connectors
package import Fleet
import FoundationEssentials
import Ledger
import Observability
import Postgres
import Rights
import ServiceLifecycle

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
            let systems = context.registry.current.systems
            let targets = SystemTargets.statements(systems)
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
        let metrics = BatchMetrics(context.metrics)
        let effects = EffectMetrics(context.metrics)
        let work = CaseWork(.erasure, planner: ErasurePlanner(ring: context.ring), registry: context.registry)
        let performer = ErasurePerformer(ring: context.ring, registry: context.registry, connectors: connectors)
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
                EffectClaim(.erasure, performer: performer),
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
            services: [publisher, dispatcher, ConnectorsEnd(book: connectors, outbound: outbound), crew, hints, cases]
        ) {
            await Readiness.reasons(consumers: consumers, publisher: publisher, gate: context.gate, patience: patience)
        }
    }
}

/// Closes the connections to the outside when all calls have ended.
private struct ConnectorsEnd: Service {
    let book: ConnectorBook
    let outbound: OutboundServices

    func run() async throws {
        try? await gracefulShutdown()
        await book.close()
        await outbound.close()
    }
}
