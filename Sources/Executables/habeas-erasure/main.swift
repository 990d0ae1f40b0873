import Erasure
import Fleet

await WorkerProcess(
    "habeas-erasure",
    "has systems and sub-processors erase, correct, restrict and stop, verifies it and certifies it",
    queues: ErasureWorker.queues,
    connections: ErasureWorker.connections
) { context in
    try await ErasureWorker.work(context)
}.main()
