import Connectors
package import Fleet
import Ledger
import Postgres
import Rights

/// Puts the export worker together: its cases, what it collects from systems, the store.
package enum ExportWorker {
    package static let queues = [WorkQueue.export.rawValue, Topology.effects(of: .export)]
    /// Outcomes are written by two at once, and leases renewed, beside the lanes.
    package static let connections = 4

    package static func work(_ context: WorkerContext) async throws -> WorkerProcess.Work {
        let configuration = context.configuration
        guard context.ring.signing != nil else {
            throw StartError(
                .configuration,
                "keys.file: no key of kind sign; add one with `habeas keys create --add sign`, bundles are signed with it"
            )
        }
        guard let place = configuration.exports else {
            throw StartError(.configuration, StoreConfiguration.missing)
        }
        let publisher = context.publisher()
        let dispatcher = context.dispatcher(publisher)
        let outbound = try OutboundServices(configuration, publisher: publisher, logger: context.logger)
        let store = try place.store(outbound.http)
        do {
            try await store.check()
        } catch let error as StoreError {
            throw StartError(
                .configuration,
                "exports: \(error); make the folder or bucket and let this user write there"
            )
        }
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
        let performer = ExportPerformer(
            ring: context.ring,
            registry: context.registry,
            connectors: connectors,
            store: store,
            processor: configuration.installation
        )
        return context.effectWork(
            .export,
            planner: ExportPlanner(ring: context.ring, keep: Period(configuration.exportDays, .calendarDay)),
            performer: performer,
            publisher: publisher,
            dispatcher: dispatcher
        ) {
            await connectors.close()
            await outbound.close()
            await performer.close()
        }
    }
}
