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

    /// Marks rows as what became of them, those only that are still pending.
    package static func mark(_ rows: [(OutboxRow, OutboxSettlement)]) -> SQL {
        """
        UPDATE habeas.outbox AS o
           SET state = n.state, settled_at = now(), attempts = o.attempts + 1
          FROM unnest(\(rows.map(\.0.createdAt))::timestamptz[], \(rows.map(\.0.id))::uuid[], \(rows.map(\.1.rawValue))::text[])
            AS n (created_at, id, state)
         WHERE o.created_at = n.created_at AND o.id = n.id AND o.state = 'pending'
        """
    }
}
