import Clock
import Fleet

await WorkerProcess(
    "habeas-clock",
    "relays what writers left, stores what the broker gave up on, keeps house",
    queues: ClockWorker.queues
) { context in
    try await ClockWorker.work(context)
}.main()
