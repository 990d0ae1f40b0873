import Fleet
import Gateway

await WorkerProcess(
    "habeas-gateway",
    "lets clients read and decide what concerns them, over HTTP",
    queues: [],
    connections: GatewayWorker.connections
) { context in
    try await GatewayWorker.work(context)
}.main()
