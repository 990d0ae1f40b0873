package import FoundationEssentials
import Postgres
package import Rights

/// The clients and publishers as of one version of the registry.
package struct Registry: Sendable {
    package let version: Int64
    package let topologyDigest: String?
    package let atlas: HolidayAtlas
    /// The versions of each profile, the newest first.
    private let profiles: [String: [Profile]]
    private let clients: [String: Client]
    private let publishersByUser: [String: Publisher]
    /// The data map, in its order.
    package let systems: [DataSystem]
    /// Those that are in it no more too: cases that began with them end with them.
    private let systemsByID: [String: DataSystem]

    package init(
        version: Int64,
        topologyDigest: String?,
        clients: [Client],
        publishers: [Publisher],
        profiles: [Profile],
        atlas: HolidayAtlas,
        systems: [DataSystem] = [],
        retired: [DataSystem] = []
    ) {
        self.version = version
        self.topologyDigest = topologyDigest
        self.atlas = atlas
        self.profiles = Dictionary(grouping: profiles, by: \.name).mapValues { versions in
            versions.sorted { ($0.effectiveFrom, $0.version) > ($1.effectiveFrom, $1.version) }
        }
        self.clients = Dictionary(clients.map { ($0.id, $0) }) { first, _ in first }
        self.systems = systems
        systemsByID = Dictionary((systems + retired).map { ($0.id, $0) }) { first, _ in first }
        // Nobody takes the gateway's place, whatever was registered.
        let others = publishers.filter { !$0.isGateway }
        publishersByUser = Dictionary(([.gateway] + others).map { ($0.brokerUser, $0) }) { first, _ in first }
    }

    package func client(_ id: String) -> Client? { clients[id] }

    package func system(_ id: String) -> DataSystem? { systemsByID[id] }

    /// In no order.
    package var allClients: some Collection<Client> { clients.values }

    /// The rules for a new case: the version of the profile in force at `now`, and the client's agreement. A profile that
    /// was never applied gives the law and the defaults.
    package func policy(profile name: String, client: Client?, at now: Date) -> Policy {
        let day = Place.unknown.day(of: now)
        let profile = profiles[name]?.first { $0.effectiveFrom <= day } ?? .standard(named: name)
        return Policy(profile: profile, agreement: client?.agreement)
    }

    /// The rules of a case that began under `version` of the profile and, of its client's agreements, under the one with the
    /// number `agreement`; without a number it follows the agreement as it stands.
    package func policy(profile name: String, version: Int, client: Client?, agreement: Int?) -> Policy {
        let profile = profiles[name]?.first { $0.version == version } ?? .standard(named: name)
        return Policy(
            profile: profile,
            agreement: agreement.map { client?.agreement(version: $0) } ?? client?.agreement
        )
    }

    /// The acceptable use rules that bind a client on the day of `now`; those of a profile that was never applied are the
    /// defaults.
    package func usePolicy(profile name: String, client: Client?, at now: Date) -> UsePolicy? {
        UsePolicy(
            of: profiles[name] ?? [.standard(named: name)],
            term: client?.term,
            on: (client?.place ?? .unknown).day(of: now)
        )
    }

    package func publisher(brokerUser: String) -> Publisher? { publishersByUser[brokerUser] }

    package func publisher(id: String) -> Publisher? { publishersByUser.values.first { $0.id == id } }

    /// The one client that answers to `words` among those `publisher` may speak for; nil if none or several do.
    package func client(named words: String, by publisher: Publisher) -> Client? {
        let found = clients.values.filter { publisher.maySpeak(for: $0.id) && $0.answers(to: words) }
        return found.count == 1 ? found[0] : nil
    }
}
