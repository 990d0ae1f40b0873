import FoundationEssentials
import Ledger
import Postgres

/// The roles in which people of a client may decide, where the client names some.
struct DecisionRoles {
    /// Nil where no client names any: anybody's word counts.
    private let roles: [String]?

    var isOpen: Bool { roles == nil }

    init(of records: [CaseFileRecord], on connection: PostgresConnection) async throws {
        let clients = Array(Set(records.compactMap(\.clientID)))
        let named = try await connection.query(
            "SELECT decision_roles FROM habeas.client WHERE id = ANY(\(clients)::text[]) AND cardinality(decision_roles) > 0"
        ).decode(column: 0, as: [String].self)
        // Of cases of several clients only a role that all of them know; without one nobody's.
        roles = named.first.map { first in
            named.dropFirst().reduce(first) { known, more in
                known.filter { role in more.contains { $0.lowercased() == role.lowercased() } }
            }
        }
    }

    func check(_ role: String?) throws {
        guard let roles else { return }
        let list = roles.joined(separator: ", ")
        guard let role else {
            throw Failure("--role", "is missing: this client lets only some roles decide", "name one of \(list)")
        }
        guard roles.contains(where: { $0.lowercased() == role.lowercased() }) else {
            throw Failure(
                "--role",
                "may not decide for this client",
                "get the decision from one of \(list), or change decision_roles with `habeas clients apply`"
            )
        }
    }
}
