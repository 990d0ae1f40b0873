import Export
import Fleet

await WorkerProcess(
    "habeas-export",
    "collects what systems hold about a person, and hands it over in one signed bundle",
    queues: ExportWorker.queues,
    connections: ExportWorker.connections
) { context in
    try await ExportWorker.work(context)
}.main()
