import Fleet
import FoundationEssentials
import Ledger
import Postgres

extension WakeUps {
    /// The messages; no grace, because nobody but the relay publishes these rows.
    nonisolated(nonsending) func statements(at now: Date, on connection: PostgresConnection) async throws -> [SQL] {
        let rows = rows(at: now)
        guard !rows.isEmpty else { return [] }
        let machineNow = try await connection.query("SELECT now()").only.decode(Date.self)
        var outbox = OutboxWrites(grace: .zero)
        for row in rows {
            var row = row
            row.createdAt = machineNow
            outbox.add(row)
        }
        return outbox.statements
    }
}
