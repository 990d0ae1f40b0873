import Clock
import Fleet

await WorkerProcess(
    "habeas-clock",
    "fires deadlines, relays what writers left, stores what the broker gave up on, keeps house",
    queues: ClockWorker.queues,
    movesTime: true
) { context in
    try await ClockWorker.work(context)
}.main()
