import Fleet
import FoundationEssentials
import Ledger
package import Logging
import Observability
package import Postgres
import Rights
import ServiceLifecycle

/// What has to be done now and then, by any number of copies: partitions ahead, events that waited in vain, payloads past
/// their retention, counters of messages long gone.
package struct Housekeeping: Service {
    private let pool: PostgresPool
    private let expiry: EarlyEventExpiry
    private let interval: Duration
    private let logger: Logger

    package init(pool: PostgresPool, expiry: EarlyEventExpiry, interval: Duration = .seconds(10), logger: Logger) {
        self.pool = pool
        self.expiry = expiry
        self.interval = interval
        self.logger = logger
    }

    package func run() async throws {
        await Rounds.run(every: interval, "housekeeping waits", logger) {
            try await once()
            return false
        }
    }

    /// One round. Each step is short and safe to repeat.
    package func once() async throws {
        while try await expiry.expire() > 0 {}
        _ = try await pool.withConnection { connection in
            try await connection.pipeline([
                // The payload goes; field, fault, digest and evidence stay. Not of what still has its turn to come.
                """
                UPDATE habeas.parked_message SET payload = NULL, properties = NULL, wrapped_key = NULL, kek_id = NULL
                 WHERE id IN (SELECT id FROM habeas.parked_message WHERE expires_at <= habeas.domain_now() AND payload IS NOT NULL
                                 AND (state <> 'open' OR replay_at IS NULL)
                               LIMIT 500 FOR UPDATE SKIP LOCKED)
                """,
                "DELETE FROM habeas.message_attempt WHERE last_at < now() - interval '30 days'",
                "SELECT habeas.maintain_outbox(7, interval '14 days')",
                // As long as what was done may be asked about.
                "SELECT habeas.maintain_attempts(2, interval '7 years')",
            ])
        }
    }
}
