import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres

/// How a person names an incident: our id, or `PUBLISHER/REF`.
enum IncidentName: ExpressibleByArgument {
    case id(UUID)
    case reference(publisher: String, reference: String)

    init?(argument: String) {
        switch CaseName(argument: argument) {
        case .id(let id): self = .id(id)
        case .reference(let publisher, let reference): self = .reference(publisher: publisher, reference: reference)
        case nil: return nil
        }
    }

    func resolve(on connection: PostgresConnection) async throws -> UUID {
        let query: SQL =
            switch self {
            case .id(let id): "SELECT id FROM habeas.incident WHERE id = \(id)"
            case .reference(let publisher, let reference):
                "SELECT id FROM habeas.incident WHERE publisher_id = \(publisher) AND incident_ref = \(reference)"
            }
        guard let id = try await connection.query(query).decode(as: UUID.self).first else {
            throw Failure(
                "incident",
                "none has this name",
                "give an id or PUBLISHER/REF; see habeas incidents list, parked list"
            )
        }
        return id
    }

    /// The incident, locked.
    func lock(on connection: PostgresConnection) async throws -> IncidentRecord {
        try IncidentRecord(
            row: try await connection.query(IncidentRecord.locking(try await resolve(on: connection))).only
        )
    }
}
