import Connectors
package import Fleet
import Ledger
import Postgres
import Rights

/// Puts the export worker together: its cases, what it collects from systems, the store.
package enum ExportWorker {
    package static let queues = [WorkQueue.export.rawValue, Topology.effects(of: .export)]
    /// Outcomes are written, slots asked for and leases renewed, beside the lanes.
    package static let connections = 4

    package static func work(_ context: WorkerContext) async throws -> WorkerProcess.Work {
        let configuration = context.configuration
        guard let place = configuration.exports else {
            throw StartError(.configuration, StoreConfiguration.missing)
        }
        let letters = try configuration.letters()
        let publisher = context.publisher()
        let dispatcher = context.dispatcher(publisher)
        let outbound = try OutboundServices(configuration, publisher: publisher, logger: context.logger)
        let store = try place.store(outbound.http)
        do {
            try await store.check()
            // What copies that died in the middle have left there.
            try await store.sweep()
        } catch let error as StoreError {
            let (field, remedy) = place.blame(for: error)
            throw StartError(error.isRetryable ? .unavailable : .configuration, "\(field): \(error); \(remedy)")
        }
        let connectors = try await context.connectors(over: outbound, publisher: publisher, signing: "bundles")
        let performer = ExportPerformer(
            ring: context.ring,
            registry: context.registry,
            connectors: connectors,
            store: store,
            letters: letters,
            uploads: UploadSender(
                http: outbound.http,
                secrets: outbound.secrets,
                timeout: configuration.outbound.timeout
            )
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
