import Fleet

/// What the broker says about the fleet's queues; nothing where no management API is configured.
struct BrokerStatus {
    private let queues: [QueueFigures]?
    private let isTopologyCurrent: Bool

    init(_ configuration: FleetConfiguration, digest recorded: String?) async throws {
        isTopologyCurrent = recorded == (try Topology.fleet.digest())
        guard configuration.value(.amqpManagementURL) != nil else {
            queues = nil
            return
        }
        let fleet = Set(Topology.fleet.queues.map(\.name))
        queues = try await BrokerSession(configuration).admin.queues().filter { fleet.contains($0.name) }
    }

    var json: [(String, JSONValue)] {
        let figures: JSONValue =
            queues.map { queues in
                .array(
                    queues.map {
                        [
                            "name": .string($0.name), "ready": .integer($0.ready),
                            "unacknowledged": .integer($0.unacknowledged), "consumers": .integer($0.consumers),
                        ]
                    }
                )
            } ?? .null
        return [("topology_current", .bool(isTopologyCurrent)), ("queues", figures)]
    }

    func print() {
        StandardOutput.write("")
        StandardOutput.write(
            isTopologyCurrent
                ? "topology is this version's"
                : "topology is not this version's: run habeas topology apply, then verify"
        )
        guard let queues else { return }
        var table = TextTable("QUEUE", "READY", "UNACKED", "CONSUMERS", empty: "no queues; run habeas topology apply")
        // A queue whose worker is not deployed yet has nothing to say.
        for queue in queues
        where queue.ready + queue.unacknowledged + queue.consumers > 0 || queue.name == Topology.intake {
            table.add(queue.name, String(queue.ready), String(queue.unacknowledged), String(queue.consumers))
        }
        StandardOutput.write(table)
    }
}
