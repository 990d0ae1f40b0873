import FoundationEssentials
import Ledger
import Postgres

/// The roles in which people of a client may decide, where the client names some.
struct DecisionRoles {
    private let roles: [String]

    /// Anybody's word counts.
    var isOpen: Bool { roles.isEmpty }

    init(of records: [CaseFileRecord], on connection: PostgresConnection) async throws {
        let clients = Array(Set(records.compactMap(\.clientID)))
        let named = try await connection.query(
            "SELECT decision_roles FROM habeas.client WHERE id = ANY(\(clients)::text[]) AND cardinality(decision_roles) > 0"
        ).decode(column: 0, as: [String].self)
        // Of cases of several clients only a role that all of them know.
        roles = named.dropFirst().reduce(named.first ?? []) { known, more in known.filter(more.contains) }
    }

    func check(_ role: String?) throws {
        guard !isOpen else { return }
        let list = roles.joined(separator: ", ")
        guard let role else {
            throw Failure("--role", "is missing: this client lets only some roles decide", "name one of \(list)")
        }
        guard roles.contains(role) else {
            throw Failure(
                "--role",
                "may not decide for this client",
                "get the decision from one of \(list), or change decision_roles with `habeas clients apply`"
            )
        }
    }
}
