import AMQP
package import Ledger
package import Postgres

/// What an answer of the broker makes of an outbox row.
package enum OutboxSettlement: String, Sendable {
    case sent
    /// An outcome nobody had subscribed to: told, and recorded as unheard.
    case unheard

    /// Nil leaves the row to the relay: the broker refused it, or never answered, or a wake-up found no queue.
    init?(_ row: OutboxRow, _ outcome: PublishOutcome) {
        switch outcome {
        case .confirmed: self = .sent
        case .unroutable where row.kind == .outcome: self = .unheard
        case .unroutable, .nacked, .unknown: return nil
        }
    }

    /// Says what became of rows, of those only that are still pending.
    package static func mark(_ rows: [(OutboxRow, OutboxSettlement)]) -> SQL {
        """
        WITH settled AS (
          DELETE FROM habeas.outbox_pending p
           USING unnest(\(rows.map(\.0.id))::uuid[], \(rows.map(\.1.rawValue))::text[]) AS n (id, state)
           WHERE p.id = n.id
          RETURNING p.id, p.created_at, p.attempts + 1 AS attempts, n.state
        )
        INSERT INTO habeas.outbox_settlement (state, attempts, oldest, newest, ids)
        SELECT state, attempts, min(created_at), max(created_at), array_agg(id) FROM settled GROUP BY state, attempts
        """
    }
}
