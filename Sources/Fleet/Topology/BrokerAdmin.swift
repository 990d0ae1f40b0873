import FoundationEssentials

/// Brings a broker to the declared topology, and tells how it differs, through the management API.
///
/// All errors are ``BrokerAdminError``.
package struct BrokerAdmin: Sendable {
    /// The virtual host that the fleet lives in.
    package let virtualHost: String
    let api: ManagementAPI

    /// - Parameters:
    ///   - url: of the management API, with the user and password of an administrator.
    ///   - caFile: PEM file of the authorities for https; nil takes the system's.
    package init(url: String, virtualHost: String, caFile: String? = nil) throws {
        api = try ManagementAPI(url: url, caFile: caFile)
        self.virtualHost = virtualHost
    }

    /// How the broker differs from what is declared; empty when it does not.
    ///
    /// - Parameter accounts: registered publishers and clients, whose queues and logins belong to the topology too.
    package func verify(
        _ topology: Topology = .fleet,
        accounts: [BrokerAccount] = []
    ) async throws -> [TopologyDifference] {
        TopologyComparison(state: try await state()).differences(topology, accounts: accounts)
    }

    /// Makes what is missing. May be repeated; removes nothing.
    ///
    /// Refuses before the first change when something exists otherwise than declared, because neither queues nor
    /// exchanges can be changed in place. Permissions are set for users that exist or are given a password here.
    ///
    /// - Parameter passwords: by user name; sets them anew.
    /// - Returns: what was done, a line each; empty when nothing was.
    @discardableResult
    package func apply(_ topology: Topology = .fleet, passwords: [String: String] = [:]) async throws -> [String] {
        let state = try await state()
        let comparison = TopologyComparison(state: state)
        try refuseMissingFeatures(comparison)
        try refuseConflicts(
            topology.exchanges.flatMap(comparison.compare) + topology.queues.flatMap(comparison.compare)
        )
        var done: [String] = []
        for exchange in topology.exchanges where state.exchanges[exchange.name] == nil {
            try await put(exchange)
            done.append("made exchange \(exchange.name)")
        }
        for queue in topology.queues where state.queues[queue.name] == nil {
            try await put(queue)
            done.append("made queue \(queue.name)")
        }
        for binding in topology.bindings where !state.has(binding) {
            try await bind(binding)
            done.append("bound \(binding)")
        }
        for user in topology.users {
            done += try await apply(user, password: passwords[user.name], comparison)
        }
        return done
    }

    /// The same for a publisher's or client's login, queue and binding. The fleet's own topology must be there.
    @discardableResult
    package func apply(_ account: BrokerAccount, password: String? = nil) async throws -> [String] {
        let state = try await state()
        let comparison = TopologyComparison(state: state)
        try refuseConflicts(comparison.compare(account.queue))
        var done: [String] = []
        if state.queues[account.queue.name] == nil {
            try await put(account.queue)
            done.append("made queue \(account.queue.name)")
        }
        if !state.has(account.binding) {
            try await bind(account.binding)
            done.append("bound \(account.binding)")
        }
        return done + (try await apply(account.user, password: password, comparison))
    }

    // MARK: Steps

    func state() async throws -> BrokerState {
        try await BrokerState.read(api, virtualHost: virtualHost)
    }

    private func refuseMissingFeatures(_ comparison: TopologyComparison) throws {
        guard let missing = comparison.features().first else { return }
        throw BrokerAdminError(
            code: .feature,
            subject: missing.subject,
            fault: "is not enabled",
            remedy: missing.remedy
        )
    }

    /// What can be made or set is no conflict, and a policy is not ours to judge here: `verify` tells of it.
    private func refuseConflicts(_ differences: [TopologyDifference]) throws {
        let conflicts = differences.filter { $0.kind == .property || $0.kind == .argument }
        if !conflicts.isEmpty { throw BrokerAdminError.conflict(conflicts) }
    }

    private func apply(_ user: BrokerUser, password: String?, _ comparison: TopologyComparison) async throws -> [String]
    {
        var done: [String] = []
        if let password {
            try await putUser(user.name, password: password)
            done.append("set password of user \(user.name)")
        } else if comparison.state.users[user.name] == nil {
            return []
        }
        let differences = comparison.compare(user).filter { $0.kind != .missing && !$0.subject.hasPrefix("tags ") }
        guard !differences.isEmpty || comparison.state.users[user.name] == nil else { return done }
        try await setPermissions(user, clearing: comparison.state.topicPermissions[user.name] ?? [])
        return done + ["set permissions of user \(user.name)"]
    }

    private func put(_ exchange: DeclaredExchange) async throws {
        struct Body: Encodable {
            let type: String
            let durable = true
            let autoDelete = false
            let `internal`: Bool
            let arguments: [String: ArgumentValue]
        }
        try await api.write(
            "PUT",
            ManagementAPI.path("exchanges", virtualHost, exchange.name),
            Body(type: exchange.kind.rawValue, internal: exchange.isInternal, arguments: exchange.arguments),
            subject: "exchange \(exchange.name)"
        )
    }

    private func put(_ queue: DeclaredQueue) async throws {
        struct Body: Encodable {
            let durable = true
            let autoDelete = false
            let arguments: [String: ArgumentValue]
        }
        try await api.write(
            "PUT",
            ManagementAPI.path("queues", virtualHost, queue.name),
            Body(arguments: queue.arguments),
            subject: "queue \(queue.name)"
        )
    }

    private func bind(_ binding: DeclaredBinding) async throws {
        struct Body: Encodable {
            let routingKey: String
            let arguments: [String: ArgumentValue] = [:]
        }
        try await api.write(
            "POST",
            ManagementAPI.path("bindings", virtualHost, "e", binding.exchange, "q", binding.queue),
            Body(routingKey: binding.key),
            subject: "binding of \(binding)"
        )
    }
}

extension BrokerState {
    func has(_ binding: DeclaredBinding) -> Bool {
        bindings.contains {
            $0.source == binding.exchange && $0.destination == binding.queue && $0.destinationType == "queue"
                && $0.routingKey == binding.key && $0.arguments.isEmpty
        }
    }
}
