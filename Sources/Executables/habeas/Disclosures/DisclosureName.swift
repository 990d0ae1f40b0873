import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

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

    /// The cases so named that have not ended; where all have, all of them, for whoever acts on them to be told.
    func resolveOpen(on connection: PostgresConnection) async throws -> [UUID] {
        let ids = try await resolve(on: connection).map(\.caseID)
        let finals = CaseState.allCases.filter(\.isFinal).map(\.rawValue)
        let open = try await connection.query(
            "SELECT id FROM habeas.case_file WHERE id = ANY(\(ids)::uuid[]) AND NOT state = ANY(\(finals)::text[]) ORDER BY id"
        ).decode(as: UUID.self)
        return open.isEmpty ? ids : open
    }
}
