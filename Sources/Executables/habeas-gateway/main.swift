import Console
import Fleet
import Gateway

await WorkerProcess(
    "habeas-gateway",
    "lets clients read and decide what concerns them, over HTTP",
    queues: [],
    connections: GatewayWorker.connections
) { context in
    let work = try await GatewayWorker.work(context)
    guard let console = context.configuration.console else { return work }
    return work.with(try ConsoleServer(console, metrics: context.metrics, logger: context.logger))
}.main()
