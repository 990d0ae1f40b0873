import Fleet
import Intake

await WorkerProcess(
    "habeas-intake",
    "takes published events in: cases, facts, clocks and wake-ups",
    queues: IntakeWorker.queues
) { context in
    try await IntakeWorker.work(context)
}.main()
