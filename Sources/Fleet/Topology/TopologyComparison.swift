/// Compares what is declared with what a broker has. Pure: the state is read before.
struct TopologyComparison {
    let state: BrokerState

    /// What quorum queues with at-least-once dead-lettering need.
    private static let features = ["quorum_queue", "stream_queue"]

    /// Exchanges out of which a foreign binding would copy personal data or hold up the fleet's own messages.
    private static let guarded: Set = [Topology.events, Topology.unrouted, Topology.work, Topology.parked]

    func differences(_ topology: Topology, accounts: [BrokerAccount]) -> [TopologyDifference] {
        var all = features()
        for exchange in topology.exchanges { all += compare(exchange) }
        for queue in topology.queues + accounts.map(\.queue) { all += compare(queue) }
        all += bindings(
            topology.bindings + accounts.map(\.binding),
            queues: Set((topology.queues + accounts.map(\.queue)).map(\.name))
        )
        for user in topology.users + accounts.map(\.user) { all += compare(user) }
        return all
    }

    /// A flag that is not listed has become a matter of course in a later release.
    func features() -> [TopologyDifference] {
        Self.features.compactMap { name in
            guard let found = state.features[name], found != "enabled" else { return nil }
            return TopologyDifference(.feature, "feature flag \(name)", expected: "enabled", found: found)
        }
    }

    func compare(_ exchange: DeclaredExchange) -> [TopologyDifference] {
        let subject = "exchange \(exchange.name)"
        guard let found = state.exchanges[exchange.name] else {
            return [TopologyDifference(.missing, subject, expected: exchange.kind.rawValue, found: nil)]
        }
        var all: [TopologyDifference] = []
        if found.type != exchange.kind.rawValue {
            all.append(.init(.property, "type of \(subject)", expected: exchange.kind.rawValue, found: found.type))
        }
        if found.internal != exchange.isInternal {
            all.append(.property("internal", of: subject, expected: exchange.isInternal, found: found.internal))
        }
        if !found.durable { all.append(.property("durable", of: subject, expected: true, found: false)) }
        if found.autoDelete { all.append(.property("auto-delete", of: subject, expected: false, found: true)) }
        return all + compare(exchange.arguments, found.arguments, of: subject)
    }

    func compare(_ queue: DeclaredQueue) -> [TopologyDifference] {
        let subject = "queue \(queue.name)"
        guard let found = state.queues[queue.name] else {
            return [TopologyDifference(.missing, subject, expected: "a quorum queue", found: nil)]
        }
        var all: [TopologyDifference] = []
        if !found.durable { all.append(.property("durable", of: subject, expected: true, found: false)) }
        if found.autoDelete { all.append(.property("auto-delete", of: subject, expected: false, found: true)) }
        if found.exclusive == true { all.append(.property("exclusive", of: subject, expected: false, found: true)) }
        for policy in [found.policy, found.operatorPolicy] {
            guard let policy, !policy.isEmpty else { continue }
            all.append(.init(.policy, "policy on \(subject)", expected: nil, found: policy))
        }
        return all + compare(queue.arguments, found.arguments, of: subject)
    }

    private func compare(
        _ expected: [String: ArgumentValue],
        _ found: [String: ArgumentValue],
        of subject: String
    ) -> [TopologyDifference] {
        Set(expected.keys).union(found.keys).sorted().compactMap { name in
            guard expected[name] != found[name] else { return nil }
            return TopologyDifference(
                .argument,
                "\(name) of \(subject)",
                expected: expected[name]?.description,
                found: found[name]?.description
            )
        }
    }

    private func bindings(_ declared: [DeclaredBinding], queues: Set<String>) -> [TopologyDifference] {
        let known = Set(declared)
        var all: [TopologyDifference] = []
        var found: Set<DeclaredBinding> = []
        for binding in state.bindings {
            let plain = DeclaredBinding(binding.destination, to: binding.source, key: binding.routingKey)
            let isQueue = binding.destinationType == "queue"
            if isQueue, binding.arguments.isEmpty, known.contains(plain) {
                found.insert(plain)
            } else if (isQueue && queues.contains(binding.destination)) || Self.guarded.contains(binding.source) {
                all.append(.init(.foreignBinding, "binding of \(plain)", expected: nil, found: "bound"))
            }
        }
        for binding in known.subtracting(found).sorted() {
            all.append(.init(.binding, "binding of \(binding)", expected: "bound", found: nil))
        }
        return all.sorted { $0.subject < $1.subject }
    }

    func compare(_ user: BrokerUser) -> [TopologyDifference] {
        let subject = "user \(user.name)"
        guard let login = state.users[user.name] else {
            return [TopologyDifference(.missing, subject, expected: "a user without tags", found: nil)]
        }
        var all: [TopologyDifference] = []
        let tags = login.tags.filter { !$0.isEmpty }
        if !tags.isEmpty {
            // `impersonator` would let it claim any user-id, `administrator` everything.
            all.append(.init(.permission, "tags of \(subject)", expected: "none", found: tags.joined(separator: ", ")))
        }
        let found = state.permissions[user.name]
        for (name, expected, found) in [
            ("configure", user.configurePattern, found?.configure), ("write", user.writePattern, found?.write),
            ("read", user.readPattern, found?.read),
        ] where expected != found {
            all.append(.init(.permission, "\(name) permission of \(subject)", expected: expected, found: found))
        }
        return all + compareTopics(user, subject)
    }

    private func compareTopics(_ user: BrokerUser, _ subject: String) -> [TopologyDifference] {
        let found = Dictionary((state.topicPermissions[user.name] ?? []).map { ($0.exchange, $0) }) { $1 }
        let expected = Dictionary(user.topics.map { ($0.exchange, $0) }) { $1 }
        return Set(found.keys).union(expected.keys).sorted().compactMap { exchange in
            let wanted = expected[exchange].map { "read \($0.read) write \($0.write)" }
            let present = found[exchange].map { "read \($0.read) write \($0.write)" }
            guard wanted != present else { return nil }
            return TopologyDifference(
                .topicPermission,
                "topic permission of \(subject) on \(exchange)",
                expected: wanted,
                found: present
            )
        }
    }
}

extension TopologyDifference {
    static func property(_ name: String, of subject: String, expected: Bool, found: Bool) -> TopologyDifference {
        TopologyDifference(.property, "\(name) of \(subject)", expected: "\(expected)", found: "\(found)")
    }
}
