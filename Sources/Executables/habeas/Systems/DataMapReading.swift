import Fleet
import FoundationEssentials
import Postgres
import Rights

/// The data map as it stands, with the clients it is for and the time at which it is looked at.
struct DataMapReading {
    let registry: Registry
    let now: Date
    /// The one client that is asked about; nil for all.
    let client: Client?

    init(client id: String?, on connection: PostgresConnection) async throws {
        registry = try await Registry.load(on: connection)
        now = try await connection.query("SELECT habeas.domain_now()").only.decode(Date.self)
        client = try id.map { [registry] id in
            guard let client = registry.client(id) else {
                throw Failure("--client", "is not registered", "look it up with `habeas clients list`")
            }
            return client
        }
    }

    /// Those that can hold data of the client, in the order of the data map.
    var systems: [DataSystem] { registry.systems.filter { client == nil || $0.holds(client: client?.id) } }

    /// By id; the one that is asked about alone.
    var clients: [Client] { client.map { [$0] } ?? registry.allClients.sorted { $0.id < $1.id } }

    func flags(of system: DataSystem) -> [SystemFlag] {
        system.flags(for: client, on: (client?.place ?? .unknown).day(of: now))
    }
}

extension DataSystem {
    /// What its transfers rest on, for people: `scc until 2027-03-01`.
    var mechanismText: String? { mechanism.map { "\($0.kind.rawValue) until \($0.validUntil)" } }
}

extension SystemFlag {
    var json: JSONValue {
        [
            "flag": .string(rawValue), "blocks_new_data": .bool(isBlocking), "obligation": .string(obligation),
            "source": .string(source), "remedy": .string(remedy),
        ]
    }
}
