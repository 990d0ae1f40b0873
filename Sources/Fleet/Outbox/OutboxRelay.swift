package import AMQP
import FoundationEssentials
import Ledger
package import Logging
import Observability
package import Postgres
import ServiceLifecycle

/// Publishes what the writers left: rows whose writer died, was cut off, or was refused by the broker.
///
/// Any number of copies: a claim pushes `next_attempt_at` ahead under `SKIP LOCKED`, so each row has one relay at a time and a
/// dead relay's rows come back by themselves. Rows are claimed because they are pending, never by a cursor, which would skip rows that
/// commit late.
package struct OutboxRelay: Service {
    /// After so many refusals an outcome is given up and shown; a wake-up or task never is.
    private static let outcomeLimit = 20
    private static let chunk = 500

    private let publisher: AMQPPublisher
    private let pool: PostgresPool
    private let interval: Duration
    private let metrics: OutboxMetrics
    private let logger: Logger

    package init(
        publisher: AMQPPublisher,
        pool: PostgresPool,
        interval: Duration,
        metrics: OutboxMetrics,
        logger: Logger
    ) {
        self.publisher = publisher
        self.pool = pool
        self.interval = interval
        self.metrics = metrics
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var relayed = 0
                do {
                    relayed = try await relayOnce()
                } catch {
                    logger.warning("the relay waits for the database", metadata: .keys([.reason: "\(error)"]))
                }
                if relayed < OutboxRelay.chunk {
                    do { try await Task.sleep(for: interval) } catch { return }
                }
            }
        }
    }

    /// One claim, its publishes and their marks. Returns how many rows were claimed.
    package func relayOnce() async throws -> Int {
        let rows = try await pool.withConnection { try await $0.query(OutboxRelay.claim) }.map(OutboxRow.init)
        guard !rows.isEmpty else { return 0 }
        let outcomes = await publisher.publish(rows.map(\.message), timeout: .seconds(20))
        metrics.count(outcomes)
        var settled: [(OutboxRow, OutboxSettlement)] = []
        var refused: [OutboxRow] = []
        for (row, outcome) in zip(rows, outcomes) {
            if let settlement = OutboxSettlement(row, outcome) {
                settled.append((row, settlement))
            } else if outcome == .nacked, row.kind == .outcome {
                refused.append(row)
            }
        }
        var statements: [SQL] = []
        if !settled.isEmpty { statements.append(OutboxSettlement.mark(settled)) }
        if !refused.isEmpty { statements.append(OutboxRelay.giveUp(refused)) }
        if !statements.isEmpty {
            let work = statements
            _ = try await pool.withConnection { try await $0.pipeline(work) }
        }
        return rows.count
    }

    /// Takes due rows; the next attempt of each is doubled from thirty seconds up to ten minutes, jitter inside the cap.
    private static var claim: SQL {
        """
        WITH due AS MATERIALIZED (
          SELECT id FROM habeas.outbox_pending
           WHERE next_attempt_at <= now()
           ORDER BY next_attempt_at
           LIMIT \(chunk)
             FOR UPDATE SKIP LOCKED
        ), claimed AS (
          UPDATE habeas.outbox_pending AS p
             SET attempts = p.attempts + 1,
                 next_attempt_at = now() + (least(600, 30 * 2 ^ least(p.attempts, 10)) * (0.5 + random() / 2)) * interval '1 second'
            FROM due
           WHERE p.id = due.id
          RETURNING p.id, p.created_at
        )
        SELECT o.id, o.kind, o.exchange, o.routing_key, o.message_type, o.subject_id, o.body, o.created_at
          FROM claimed JOIN habeas.outbox o ON o.created_at = claimed.created_at AND o.id = claimed.id
        """
    }

    private static func giveUp(_ rows: [OutboxRow]) -> SQL {
        """
        WITH settled AS (
          DELETE FROM habeas.outbox_pending
           WHERE id = ANY(\(rows.map(\.id))::uuid[]) AND attempts >= \(outcomeLimit)
          RETURNING id, created_at, attempts
        )
        INSERT INTO habeas.outbox_settlement (state, attempts, oldest, newest, ids)
        SELECT 'undelivered', attempts, min(created_at), max(created_at), array_agg(id) FROM settled GROUP BY attempts
        """
    }
}

extension OutboxRow {
    init(row: Row) throws {
        let (id, kind, exchange, routingKey, type, subject, body, created) = try row.decode(
            UUID.self,
            String.self,
            String.self,
            String.self,
            String.self,
            UUID?.self,
            [UInt8].self,
            Date.self
        )
        self.init(
            id: id,
            kind: try Stored.word(kind, "outbox.kind"),
            exchange: exchange,
            routingKey: routingKey,
            messageType: type,
            subjectID: subject,
            body: body,
            createdAt: created
        )
    }
}
