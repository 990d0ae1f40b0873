import FoundationEssentials
import Postgres

/// One case without anything of the person.
struct CaseSummary {
    let id: UUID
    let client: String?
    let kind: String
    let lane: String
    let role: String
    let right: String?
    let regulation: String
    let profile: String
    let state: String
    let since: Date
    let receivedAt: Date
    let publisher: String
    let group: UUID?
    let linkedTo: UUID?
    let refusal: String?

    static func reading(_ id: UUID) -> SQL {
        """
        SELECT id, client_id, kind, lane, role, right_asked, regulation, profile || ' ' || profile_version, state, state_since,
               received_at, publisher_id, group_id, linked_to, refusal
          FROM habeas.case_file WHERE id = \(id)
        """
    }

    init(row: Row) throws {
        (
            id, client, kind, lane, role, right, regulation, profile, state, since, receivedAt, publisher, group,
            linkedTo, refusal
        ) = try row.decode(
            UUID.self,
            String?.self,
            String.self,
            String.self,
            String.self,
            String?.self,
            String.self,
            String.self,
            String.self,
            Date.self,
            Date.self,
            String.self,
            UUID?.self,
            UUID?.self,
            String?.self
        )
    }
}
