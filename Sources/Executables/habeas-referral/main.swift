import Fleet
import Referral

await WorkerProcess(
    "habeas-referral",
    "tells people and clients of requests, asks for decisions, gives the answers",
    queues: ReferralWorker.queues,
    connections: ReferralWorker.connections
) { context in
    try await ReferralWorker.work(context)
}.main()
