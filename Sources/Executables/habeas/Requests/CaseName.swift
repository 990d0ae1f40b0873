import ArgumentParser
import FoundationEssentials
import Postgres
import Rights

/// How a person names a case: our id, or `PUBLISHER/REF`. The id of a group stands for all of its cases.
enum CaseName: ExpressibleByArgument {
    case id(UUID)
    case reference(publisher: String, reference: String)

    init?(argument: String) {
        if let id = UUID(uuidString: argument) {
            self = .id(id)
            return
        }
        let parts = argument.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self = .reference(publisher: String(parts[0]), reference: String(parts[1]))
    }

    /// The ids of the cases so named: a request for several subjects has one for each.
    func resolve(on connection: PostgresConnection) async throws -> [UUID] {
        let query: SQL =
            switch self {
            case .id(let id):
                "SELECT id FROM habeas.case_file WHERE id = \(id) OR group_id = \(id) ORDER BY subject_index"
            case .reference(let publisher, let reference):
                """
                SELECT id FROM habeas.case_file WHERE publisher_id = \(publisher) AND request_ref = \(reference)
                 ORDER BY subject_index
                """
            }
        let ids = try await connection.query(query).decode(column: 0, as: UUID.self)
        guard !ids.isEmpty else {
            throw Failure(
                "request",
                "no case has this name",
                "give an id or PUBLISHER/REF; see habeas requests list, parked list"
            )
        }
        return ids
    }

    /// The cases that answer for those so named: of one that an equal case answers, too, that one while it is open.
    func resolveAnswering(on connection: PostgresConnection) async throws -> [UUID] {
        let ids = try await resolve(on: connection)
        let finals = CaseState.allCases.filter(\.isFinal).map(\.rawValue)
        return try await connection.query(
            """
            SELECT DISTINCT coalesce(first.id, c.id) FROM habeas.case_file c
              LEFT JOIN habeas.case_file first ON first.id = c.linked_to AND NOT first.state = ANY(\(finals)::text[])
             WHERE c.id = ANY(\(ids)::uuid[])
            """
        ).decode(column: 0, as: UUID.self)
    }
}
