import Fleet
import Postgres
import Rights

/// The places at the broker of everybody who is registered.
struct RegisteredAccounts {
    let publishers: [BrokerAccount]
    let clients: [BrokerAccount]
    /// Own apps that get tasks.
    let apps: [BrokerAccount]

    init(on connection: PostgresConnection) async throws {
        let results = try await connection.pipeline([
            "SELECT id, broker_user FROM habeas.publisher WHERE revoked_at IS NULL ORDER BY id",
            "SELECT id FROM habeas.client ORDER BY id",
        ])
        publishers = try results[0].decode(String.self, String.self).compactMap {
            BrokerAccount.publisher($0.0, user: $0.1)
        }
        clients = try results[1].decode(column: 0, as: String.self).compactMap(BrokerAccount.client)
        let systems = try await Registry.load(on: connection).systems
        apps = systems.compactMap { system in
            guard case .amqp = system.connector else { return nil }
            return BrokerAccount.app(system.id)
        }
    }

    var all: [BrokerAccount] { publishers + clients + apps }

    /// Whether the difference is that a client or an app has no login: only those that read their queue have one.
    func isOptional(_ difference: TopologyDifference) -> Bool {
        difference.kind == .missing && (clients + apps).contains { difference.subject == "user \($0.user.name)" }
    }
}
