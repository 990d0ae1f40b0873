/// A publisher's, a client's or an app's place at the broker: its login, its queue and the binding that fills it.
package struct BrokerAccount: Sendable, Hashable {
    package let user: BrokerUser
    package let queue: DeclaredQueue
    package let binding: DeclaredBinding

    /// An upstream app: it publishes events and reads what became of them.
    ///
    /// - Parameters:
    ///   - id: 1 to 63 of `a-z 0-9 -`; anything else is nil, because a dot would open a neighbour's topics.
    ///   - user: the login, which the broker validates as `user-id`.
    package static func publisher(_ id: String, user: String) -> BrokerAccount? {
        BrokerAccount(kind: "publisher", id: id, user: user, writes: [Topology.events])
    }

    /// A client that reads the outcomes of its own cases.
    package static func client(_ id: String, user: String) -> BrokerAccount? {
        BrokerAccount(kind: "client", id: id, user: user, writes: [])
    }

    /// An own app that gets tasks: it reads them, and answers as the publisher that it is besides.
    ///
    /// - Parameter system: its id in the data map, which is the key of its tasks.
    package static func app(_ system: String, user: String) -> BrokerAccount? {
        guard system.wholeMatch(of: /[a-z0-9-]{1,63}/) != nil else { return nil }
        let name = tasksQueue(of: system)
        return BrokerAccount(
            user: BrokerUser(user, writes: [], reads: [name]),
            queue: .work(name),
            binding: DeclaredBinding(name, to: Topology.tasks, key: system)
        )
    }

    package static func tasksQueue(of system: String) -> String { "\(Topology.tasks).\(system)" }

    private init(user: BrokerUser, queue: DeclaredQueue, binding: DeclaredBinding) {
        self.user = user
        self.queue = queue
        self.binding = binding
    }

    /// The name of a publisher's queue; there is no check that it exists.
    package static func outcomesQueue(publisher id: String) -> String { "\(Topology.outcomes).publisher.\(id)" }
    package static func outcomesQueue(client id: String) -> String { "\(Topology.outcomes).client.\(id)" }

    private init?(kind: String, id: String, user: String, writes: [String]) {
        guard id.wholeMatch(of: /[a-z0-9-]{1,63}/) != nil else { return nil }
        let name = "\(Topology.outcomes).\(kind).\(id)"
        queue = .outcomes(name)
        binding = DeclaredBinding(name, to: Topology.outcomes, key: "\(kind).\(id).#")
        self.user = BrokerUser(
            user,
            writes: writes,
            reads: [name],
            topics: [.init(exchange: Topology.outcomes, read: "^\(kind)\\.\(id)\\.", write: "^$")]
        )
    }
}
