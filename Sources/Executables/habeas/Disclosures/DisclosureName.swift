import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres

/// A demand by its own id, which stands for all of its people, or by the request of one of them.
struct DisclosureName: ExpressibleByArgument {
    let id: UUID

    init?(argument: String) {
        guard let id = UUID(uuidString: argument) else { return nil }
        self.id = id
    }

    /// The cases so named, in id order.
    func resolve(on connection: PostgresConnection) async throws -> [DisclosureRecord] {
        let rows = try await connection.query(
            """
            SELECT \(DisclosureRecord.columns) FROM habeas.disclosure d
             WHERE d.demand_id = \(id) OR d.case_id = \(id) ORDER BY d.case_id
            """
        )
        guard !rows.isEmpty else {
            throw Failure("disclosure", "is unknown", "see `habeas disclosures list`")
        }
        return try rows.map(DisclosureRecord.init)
    }
}
