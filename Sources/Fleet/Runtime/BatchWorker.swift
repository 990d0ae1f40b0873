package import AMQP
import Ledger
package import Logging
import Observability
package import Postgres
import ServiceLifecycle

/// Consumes one queue in batches: read, one transaction, acknowledge, publish beside it.
///
/// Several lanes work side by side, each with a batch of its own, so that one reads while another waits for the database.
/// A batch that the database refuses is run again in halves until the guilty message stands alone; a message that was
/// delivered again and again is handled alone from the start; while the database is away nothing is acknowledged and no
/// attempt is counted.
package struct BatchWorker<Handler: BatchHandler>: Service {
    private let consumer: AMQPConsumer
    private let handler: Handler
    private let pool: PostgresPool
    private let dispatcher: OutboxDispatcher
    private let gate: OutageGate
    private let lanes: Int
    private let drainBudget: Duration
    private let metrics: BatchMetrics
    private let logger: Logger

    package init(
        consumer: AMQPConsumer,
        handler: Handler,
        pool: PostgresPool,
        dispatcher: OutboxDispatcher,
        gate: OutageGate,
        lanes: Int,
        drainBudget: Duration,
        metrics: BatchMetrics,
        logger: Logger
    ) {
        self.consumer = consumer
        self.handler = handler
        self.pool = pool
        self.dispatcher = dispatcher
        self.gate = gate
        self.lanes = lanes
        self.drainBudget = drainBudget
        self.metrics = metrics
        self.logger = logger
    }

    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await consumer.run() }
            group.addTask { await work() }
            // Either both end, by shutdown, or one fails and takes the other along.
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Ends when the consumer has no more batches. Shutdown first stops consuming, then lets the lanes finish what they
    /// hold, and cancels them when the budget is spent.
    private func work() async {
        let count = lanes
        let lanes = Task {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<count {
                    group.addTask {
                        while !Task.isCancelled, let batch = await consumer.nextBatch() { await handle(batch) }
                    }
                }
            }
        }
        await withTaskCancellationOrGracefulShutdownHandler {
            await lanes.value
        } onCancelOrGracefulShutdown: {
            Task {
                await consumer.stopConsuming()
                // A timer, not a wait for something: the budget is what bounds the drain.
                do { try await Task.sleep(for: drainBudget) } catch { return }
                lanes.cancel()
            }
        }
        await consumer.close()
    }

    private func handle(_ batch: [Delivery]) async {
        let start = ContinuousClock.now
        let suspects = batch.filter { $0.deliveryCount >= AttemptLedger.suspicion }
        let others = suspects.isEmpty ? batch : batch.filter { $0.deliveryCount < AttemptLedger.suspicion }
        if !others.isEmpty { await settle(others) }
        for suspect in suspects where !Task.isCancelled { await handleAlone(suspect) }
        metrics.finished(batch: batch.count, in: start.duration(to: .now))
    }

    /// Brings `deliveries` to their end: committed and acknowledged, or parked and acknowledged, or, when the task is
    /// cancelled, left to the broker.
    private func settle(_ deliveries: [Delivery]) async {
        var attempt = 0
        var wasRefused = false
        while !Task.isCancelled {
            do {
                let items = try await handler.prepare(deliveries)
                let rows = try await uninterrupted {
                    try await pool.withConnection { try await handler.commit(items, on: $0) }
                }
                await finish(deliveries, publishing: rows)
                if wasRefused { await gate.accepted() }
                return
            } catch {
                guard !Task.isCancelled else { return }
                switch FailureClass(error) {
                case .conflict:
                    metrics.reruns.increment()
                    await pause(attempt, upTo: .milliseconds(200))
                case .outage:
                    metrics.outages.increment()
                    logger.warning("a batch waits for the database", metadata: .keys([.reason: "\(error)"]))
                    await gate.pass()
                    await pause(attempt, upTo: .seconds(5))
                case .defect(let code):
                    metrics.outages.increment()
                    logger.error("the database refuses the work", metadata: .keys([.reason: "\(error)"]))
                    await gate.refused(code: code)
                    wasRefused = true
                    await pause(attempt, upTo: .seconds(5))
                case .guilty(let code):
                    return await isolate(deliveries, error, code)
                }
            }
            attempt += 1
        }
    }

    /// Halves a batch that the database refused until the guilty message stands alone, and parks that one.
    private func isolate(_ deliveries: [Delivery], _ error: any Error, _ code: String) async {
        logger.notice(
            "a batch was refused; looking for the guilty message",
            metadata: .keys([.reason: "\(error)", .count: "\(deliveries.count)"])
        )
        if deliveries.count == 1 {
            await park(deliveries[0], because: .data(code))
        } else {
            let middle = deliveries.count / 2
            await settle(Array(deliveries[..<middle]))
            await settle(Array(deliveries[middle...]))
        }
    }

    /// A message that came back repeatedly may be the one that kills workers: its attempt is on record before it is opened,
    /// however long the database takes to come back.
    private func handleAlone(_ delivery: Delivery) async {
        let key = handler.messageKey(of: delivery)
        guard let attempts = await recorded(key) else { return }
        if attempts > AttemptLedger.limit {
            await park(delivery, because: .attempts(attempts - 1))
        } else {
            await settle([delivery])
        }
        guard !Task.isCancelled else { return }
        do {
            try await pool.withConnection { try await AttemptLedger.forget(key, on: $0) }
        } catch {
            // The message is settled. What is left of it is a count that housekeeping removes.
            logger.warning(
                "a settled message's attempts could not be forgotten",
                metadata: .keys([.reason: "\(error)"])
            )
        }
    }

    /// Records the beginning of an attempt and returns which one it is; nil when the task is cancelled first.
    private func recorded(_ key: [UInt8]) async -> Int? {
        while !Task.isCancelled {
            do {
                return try await pool.withConnection { try await AttemptLedger.begin(key, on: $0) }
            } catch {
                guard !Task.isCancelled else { return nil }
                logger.warning("an attempt could not be recorded", metadata: .keys([.reason: "\(error)"]))
                await gate.pass()
                await pause(8, upTo: .milliseconds(200))
            }
        }
        return nil
    }

    private func park(_ delivery: Delivery, because reason: ParkReason) async {
        var attempt = 0
        while !Task.isCancelled {
            do {
                let rows = try await uninterrupted {
                    try await pool.withConnection { try await handler.park(delivery, because: reason, on: $0) }
                }
                metrics.parked.increment()
                await finish([delivery], publishing: rows)
                return
            } catch {
                logger.error("a message could not be parked", metadata: .keys([.reason: "\(error)"]))
                await gate.pass()
                await pause(attempt, upTo: .seconds(5))
                attempt += 1
            }
        }
    }

    /// After the commit: acknowledge first, for no acknowledgement may wait for a publish.
    private func finish(_ deliveries: [Delivery], publishing rows: [OutboxRow]) async {
        await consumer.acknowledge(deliveries.map(\.tag))
        dispatcher.dispatch(rows)
        metrics.handled.increment(by: UInt64(deliveries.count))
    }

    /// Waits before a rerun, doubling from a millisecond, the jitter inside the cap. Cut short by cancellation, after which
    /// nothing is rerun.
    private func pause(_ attempt: Int, upTo cap: Duration) async {
        let span = min(.milliseconds(1 << min(attempt, 16)), cap)
        do { try await Task.sleep(for: span * Double.random(in: 0.5...1)) } catch { return }
    }

    /// Runs `body` to its end even if this task is cancelled meanwhile: a transaction is short, and breaking one off
    /// leaves open what became of it.
    private func uninterrupted<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws
        -> Result
    {
        try await Task { try await body() }.value
    }
}
