import FoundationEssentials
import Postgres
package import Rights

/// The clients and publishers as of one version of the registry.
package struct Registry: Sendable {
    package let version: Int64
    package let topologyDigest: String?
    private let clients: [String: Client]
    private let publishersByUser: [String: Publisher]

    package init(version: Int64, topologyDigest: String?, clients: [Client], publishers: [Publisher]) {
        self.version = version
        self.topologyDigest = topologyDigest
        self.clients = Dictionary(clients.map { ($0.id, $0) }) { first, _ in first }
        publishersByUser = Dictionary(publishers.map { ($0.brokerUser, $0) }) { first, _ in first }
    }

    package func client(_ id: String) -> Client? { clients[id] }

    package func publisher(brokerUser: String) -> Publisher? { publishersByUser[brokerUser] }

    package func publisher(id: String) -> Publisher? { publishersByUser.values.first { $0.id == id } }

    /// The one client that answers to `words` among those `publisher` may speak for; nil if none or several do.
    package func client(named words: String, by publisher: Publisher) -> Client? {
        let found = clients.values.filter { publisher.maySpeak(for: $0.id) && $0.answers(to: words) }
        return found.count == 1 ? found[0] : nil
    }
}
