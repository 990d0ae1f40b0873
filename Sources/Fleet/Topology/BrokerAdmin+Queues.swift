/// What waits in one queue, as the broker last counted it.
package struct QueueFigures: Sendable, Hashable {
    package let name: String
    package let ready: Int
    package let unacknowledged: Int
    package let consumers: Int
}

extension BrokerAdmin {
    /// The queues of the virtual host by name. The broker refreshes these figures every few seconds.
    package func queues() async throws -> [QueueFigures] {
        struct Queue: Decodable {
            let name: String
            // Absent in the first seconds of a queue's life.
            let messagesReady, messagesUnacknowledged, consumers: Int?
        }
        let subject = "queues of virtual host \(virtualHost)"
        guard
            let found = try await api.get(ManagementAPI.path("queues", virtualHost), as: [Queue].self, subject: subject)
        else {
            throw BrokerAdminError.refused(subject, status: 404)
        }
        return found.map {
            QueueFigures(
                name: $0.name,
                ready: $0.messagesReady ?? 0,
                unacknowledged: $0.messagesUnacknowledged ?? 0,
                consumers: $0.consumers ?? 0
            )
        }.sorted { $0.name < $1.name }
    }
}
