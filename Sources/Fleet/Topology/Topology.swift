package import Rights

/// What exists at the broker for the fleet: the one source for definitions, `apply`, `verify` and the workers' checks.
///
/// - `habeas.events` takes what upstream apps publish, by type. Every family of types we read is bound to its intake
///   queue; what no binding takes (unknown types, later versions, of breaches too) goes through the alternate exchange
///   to `habeas.intake`, once, and is refused there with a reason instead of vanishing.
/// - `habeas.work` wakes workers: key = queue, so that any queue of the fleet can be woken, intake too (for replays).
/// - `habeas.parked` takes what killed its consumers too often.
/// - `habeas.tasks` and `habeas.outcomes` reach queues that belong to others, declared when those are registered.
package struct Topology: Sendable, Hashable {
    package static let events = "habeas.events"
    /// Where the broker puts events that no binding takes.
    package static let unrouted = "habeas.events.unrouted"
    package static let work = "habeas.work"
    package static let tasks = "habeas.tasks"
    package static let outcomes = "habeas.outcomes"
    /// The exchange of dead letters, and the queue behind it.
    package static let parked = "habeas.parked"
    package static let intake = "habeas.intake"
    package static let intakeBreach = "habeas.intake.breach"

    /// The queue of a worker's outside effects beside its queue of cases.
    package static func effects(of queue: WorkQueue) -> String { "\(queue.rawValue).effects" }

    package let exchanges: [DeclaredExchange]
    package let queues: [DeclaredQueue]
    package let bindings: [DeclaredBinding]
    /// One login per worker.
    package let users: [BrokerUser]

    /// The topology that this version of the fleet needs.
    package static let fleet = Topology(users: Self.workers)

    /// The same with other logins: an installation may name its own.
    package func withUsers(_ users: [BrokerUser]) -> Topology { Topology(users: users) }

    private init(users: [BrokerUser]) {
        exchanges = [
            DeclaredExchange(Self.events, .topic, alternate: Self.unrouted),
            DeclaredExchange(Self.unrouted, .fanout, isInternal: true),
            DeclaredExchange(Self.work, .direct),
            DeclaredExchange(Self.tasks, .direct),
            DeclaredExchange(Self.outcomes, .topic),
            DeclaredExchange(Self.parked, .fanout),
        ]
        let working =
            [Self.intake, Self.intakeBreach] + WorkQueue.allCases.flatMap { [$0.rawValue, Self.effects(of: $0)] }
        queues = working.map(DeclaredQueue.work) + [.park(Self.parked)]
        bindings =
            Self.eventBindings
            + working.map { DeclaredBinding($0, to: Self.work, key: $0) }
            + [
                DeclaredBinding(Self.intake, to: Self.unrouted, key: ""),
                DeclaredBinding(Self.parked, to: Self.parked, key: ""),
            ]
        self.users = users
    }

    /// By family, not by type: a new type in a family changes nothing here, so that old and new workers agree.
    private static var eventBindings: [DeclaredBinding] {
        let families = Set(EventType.allCases.map { $0.rawValue.prefix { $0 != "." } })
        return families.sorted().map { family in
            DeclaredBinding(family == "breach" ? intakeBreach : intake, to: events, key: "io.habeas.\(family).*.v1")
        }
    }

    private static var workers: [BrokerUser] {
        func worker(_ queue: WorkQueue, tasks: Bool) -> BrokerUser {
            BrokerUser(
                "habeas-\(queue)",
                writes: [work, outcomes] + (tasks ? [Self.tasks] : []),
                reads: [queue.rawValue, effects(of: queue)]
            )
        }
        return [
            BrokerUser("habeas-intake", writes: [work, outcomes], reads: [intake, intakeBreach]),
            worker(.referral, tasks: false),
            worker(.export, tasks: true),
            worker(.erasure, tasks: true),
            worker(.breach, tasks: false),
            // Relays what any worker left behind.
            BrokerUser("habeas-clock", writes: [work, tasks, outcomes], reads: [parked]),
            // What clients do over it comes in like any other event.
            BrokerUser(Publisher.gateway.brokerUser, writes: [events], reads: []),
        ]
    }
}
