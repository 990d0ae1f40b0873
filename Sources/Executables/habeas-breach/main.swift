import Breach
import Fleet

await WorkerProcess(
    "habeas-breach",
    "tells each client that an incident affects its own part of it, until somebody there has read it",
    queues: BreachWorker.queues,
    connections: BreachWorker.connections
) { context in
    try await BreachWorker.work(context)
}.main()
