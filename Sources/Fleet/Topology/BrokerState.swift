/// What the management API tells about one virtual host, as far as the topology cares.
struct BrokerState: Sendable {
    struct Exchange: Decodable, Sendable {
        let name, type: String
        let durable, autoDelete, `internal`: Bool
        let arguments: [String: ArgumentValue]
    }

    struct Queue: Decodable, Sendable {
        let name: String
        let durable, autoDelete: Bool
        let exclusive: Bool?
        let arguments: [String: ArgumentValue]
        let policy: String?
        let operatorPolicy: String?
    }

    struct Binding: Decodable, Sendable {
        let source, destination, destinationType, routingKey: String
        let arguments: [String: ArgumentValue]
    }

    struct Permission: Decodable, Sendable, Equatable {
        let user, configure, write, read: String
    }

    struct TopicPermission: Decodable, Sendable, Equatable {
        let user, exchange, write, read: String
    }

    struct User: Decodable, Sendable {
        let name: String
        let tags: [String]
    }

    struct FeatureFlag: Decodable, Sendable {
        let name, state: String
    }

    var exchanges: [String: Exchange] = [:]
    var queues: [String: Queue] = [:]
    /// The default exchange's are left out: every queue has one.
    var bindings: [Binding] = []
    var permissions: [String: Permission] = [:]
    var topicPermissions: [String: [TopicPermission]] = [:]
    var users: [String: User] = [:]
    var features: [String: String] = [:]

    static func read(_ api: ManagementAPI, virtualHost: String) async throws -> BrokerState {
        func list<Element: Decodable>(_ kind: String, of type: Element.Type, global: Bool = false) async throws
            -> [Element]
        {
            let path = global ? kind : ManagementAPI.path(kind, virtualHost)
            guard let found = try await api.get(path, as: [Element].self, subject: kind) else {
                throw BrokerAdminError(
                    code: .refused,
                    subject: "virtual host \(virtualHost)",
                    fault: "does not exist",
                    remedy: "create it, or correct the path of amqp.url"
                )
            }
            return found
        }
        var state = BrokerState()
        for exchange in try await list("exchanges", of: Exchange.self) { state.exchanges[exchange.name] = exchange }
        for queue in try await list("queues", of: Queue.self) { state.queues[queue.name] = queue }
        state.bindings = try await list("bindings", of: Binding.self).filter { !$0.source.isEmpty }
        let host = ManagementAPI.path("vhosts", virtualHost)
        for permission in try await list("\(host)/permissions", of: Permission.self, global: true) {
            state.permissions[permission.user] = permission
        }
        for topic in try await list("\(host)/topic-permissions", of: TopicPermission.self, global: true) {
            state.topicPermissions[topic.user, default: []].append(topic)
        }
        for user in try await list("users", of: User.self, global: true) { state.users[user.name] = user }
        for flag in try await list("feature-flags", of: FeatureFlag.self, global: true) {
            state.features[flag.name] = flag.state
        }
        return state
    }
}
