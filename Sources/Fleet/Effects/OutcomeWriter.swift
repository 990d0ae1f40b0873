import Ledger
import Logging
import Observability
import Postgres

/// Enters what came of attempts, with all that follows for their cases.
struct OutcomeWriter<Planner: EffectPlanner>: Sendable {
    let work: CaseWork<Planner>
    let pool: PostgresPool
    let dispatcher: OutboxDispatcher
    let gate: OutageGate
    let metrics: EffectMetrics
    let logger: Logger

    /// Writes outcomes down, however long the database is away; those that it refuses are found by halving.
    ///
    /// - Parameter plans: false where a decision about the case stands in the way of its outcome: what has happened outside is
    ///   entered without it, for the peer must not be called again because of that.
    func record(_ batch: [EffectAttempt], plans: Bool = true) async {
        var attempt = 0
        var wasRefused = false
        while true {
            do {
                let rows = try await uninterrupted { [pool, work] in
                    try await pool.withConnection { connection in
                        try await work.run(
                            batch.compactMap(\.lease.effect.caseID),
                            attempts: batch,
                            plans: plans,
                            on: connection
                        )
                    }
                }
                dispatcher.dispatch(rows)
                if wasRefused { await gate.accepted() }
                return
            } catch {
                switch FailureClass(error) {
                case .conflict: break
                case .outage:
                    logger.warning("outcomes wait for the database", metadata: .keys([.reason: "\(error)"]))
                    if Task.isCancelled { return drop(batch, error) }
                    await gate.pass()
                case .defect(let code):
                    logger.error("the database refuses outcomes", metadata: .keys([.reason: "\(error)"]))
                    if Task.isCancelled { return drop(batch, error) }
                    await gate.refused(code: code)
                    wasRefused = true
                case .guilty:
                    if batch.count > 1 {
                        let middle = batch.count / 2
                        await record(Array(batch[..<middle]), plans: plans)
                        await record(Array(batch[middle...]), plans: plans)
                    } else if plans {
                        logger.error(
                            "what follows from an outcome cannot be decided; it is entered without that",
                            metadata: .keys([.reason: "\(error)"])
                        )
                        await record(batch, plans: false)
                    } else {
                        drop(batch, error)
                    }
                    return
                }
            }
            let span = Duration.milliseconds(min(1 << min(attempt, 12), 5_000))
            try? await Task.sleep(for: span * Double.random(in: 0.5...1))
            attempt += 1
        }
    }

    /// Runs `body` to its end even if this task is cancelled meanwhile: what has happened outside is to be on record.
    private func uninterrupted<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws
        -> Result
    {
        try await Task { try await body() }.value
    }

    private func drop(_ batch: [EffectAttempt], _ error: any Error) {
        metrics.unwritten.increment(by: UInt64(batch.count))
        logger.error(
            "outcomes could not be written; their effects are tried again when the lease is over",
            metadata: .keys([.reason: "\(error)", .count: "\(batch.count)"])
        )
    }
}
