import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres

/// An export by its own id or by its request's.
struct ExportName: ExpressibleByArgument {
    let id: UUID

    init?(argument: String) {
        guard let id = UUID(uuidString: argument) else { return nil }
        self.id = id
    }

    /// Of a request the one that is not over.
    func resolve(on connection: PostgresConnection) async throws -> ExportRecord {
        let rows = try await connection.query(
            """
            SELECT \(ExportRecord.columns) FROM habeas.export WHERE id = \(id) OR case_id = \(id)
             ORDER BY id = \(id) DESC, state = 'expired', begun_at DESC LIMIT 1
            """
        )
        guard let row = rows.first else {
            throw Failure("export", "is unknown", "see `habeas exports list`")
        }
        return try ExportRecord(row: row)
    }
}
