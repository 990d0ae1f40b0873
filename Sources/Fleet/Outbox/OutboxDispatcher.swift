package import AMQP
import DequeModule
import FoundationEssentials
package import Ledger
package import Logging
import Observability
package import Postgres
import ServiceLifecycle
import Threads

/// Publishes the rows of committed transactions at once and marks them when the broker has confirmed.
///
/// Handing rows over never waits. When the broker does not take them, the queue here fills up to its bound and further rows
/// are left to the relay of the clock workers, which finds them in the table.
package final class OutboxDispatcher: Service {
    private struct Backlog {
        var rows: Deque<OutboxRow> = []
        var waiters: [CheckedContinuation<Void, Never>] = []
        var isEnding = false
    }

    /// Bounds the memory of the backlog: rows are of about a kilobyte.
    private static let capacity = 20_000
    private static let chunk = 1_000

    private let publisher: AMQPPublisher
    private let pool: PostgresPool
    private let metrics: OutboxMetrics
    private let logger: Logger
    private let backlog = Locked(Backlog())

    package init(publisher: AMQPPublisher, pool: PostgresPool, metrics: OutboxMetrics, logger: Logger) {
        self.publisher = publisher
        self.pool = pool
        self.metrics = metrics
        self.logger = logger
    }

    package func dispatch(_ rows: [OutboxRow]) {
        guard !rows.isEmpty else { return }
        let (waiters, left) = backlog.withLock { backlog in
            let room = max(0, OutboxDispatcher.capacity - backlog.rows.count)
            backlog.rows.append(contentsOf: rows.prefix(room))
            defer { backlog.waiters.removeAll() }
            return (backlog.waiters, max(0, rows.count - room))
        }
        if left > 0 { metrics.leftToRelay.increment(by: UInt64(left)) }
        for waiter in waiters { waiter.resume() }
    }

    /// Ends after shutdown, when the backlog is empty or the broker no longer takes anything.
    package func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                // Two, so that one chunk waits for its confirms while another is being marked.
                for _ in 0..<2 { group.addTask { await self.drain() } }
            }
        } onCancelOrGracefulShutdown: {
            self.end()
        }
    }

    private func end() {
        let waiters = backlog.withLock { backlog in
            backlog.isEnding = true
            defer { backlog.waiters.removeAll() }
            return backlog.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func drain() async {
        while let rows = await next() {
            let outcomes = await publisher.publish(rows.map(\.message), timeout: .seconds(10))
            metrics.count(outcomes)
            let settled = zip(rows, outcomes).compactMap { row, outcome in
                OutboxSettlement(row, outcome).map { (row, $0) }
            }
            guard !settled.isEmpty else { continue }
            do {
                try await pool.withConnection { _ = try await $0.query(OutboxSettlement.mark(settled)) }
            } catch {
                // The relay publishes them again; receivers know the message by its id.
                metrics.unmarked.increment(by: UInt64(settled.count))
                logger.warning(
                    "confirmed messages could not be marked",
                    metadata: .keys([.reason: "\(error)", .count: "\(settled.count)"])
                )
            }
        }
    }

    /// The next rows to publish; nil when it is over.
    private func next() async -> [OutboxRow]? {
        while true {
            let (rows, isOver): ([OutboxRow], Bool) = backlog.withLock { backlog in
                let rows = Array(backlog.rows.prefix(OutboxDispatcher.chunk))
                backlog.rows.removeFirst(rows.count)
                return (rows, backlog.isEnding)
            }
            if !rows.isEmpty { return rows }
            if isOver { return nil }
            await withCheckedContinuation { continuation in
                let mustWait = backlog.withLock { backlog in
                    guard backlog.rows.isEmpty, !backlog.isEnding else { return false }
                    backlog.waiters.append(continuation)
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        }
    }
}
