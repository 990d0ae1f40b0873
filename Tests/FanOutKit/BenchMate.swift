package import AMQP
package import Fleet
package import Foundation
package import Ledger
import Logging
package import Postgres
package import Rights

/// Another worker on the database of a ``FanOutBench``, which carries its messages to it, too.
package protocol BenchMate: Sendable {
    var queue: WorkQueue { get }
    /// Looks at what messages name.
    func look(_ deliveries: [Delivery]) async throws
    /// Claims and performs what is released; answers how many it were.
    func perform() async throws -> Int
}

/// A worker as it is, under a login that has only its own role.
package struct WorkerMate<Planner: EffectPlanner, Performer: EffectPerformer>: BenchMate {
    package let queue: WorkQueue
    package let performer: Performer
    private let pool: PostgresPool
    private let owner: PostgresPool
    private let registry: RegistryCache
    private let work: CaseWork<Planner>
    private let wakes: CaseWakeHandler<Planner>
    private let login: String

    /// - Parameters:
    ///   - bench: whose database and keys it shares.
    ///   - role: of the worker.
    ///   - worker: what it plans and performs with.
    package init<P: EffectPlanner, Q: EffectPerformer, Peers: Sendable>(
        beside bench: FanOutBench<P, Q, Peers>,
        _ configuration: PostgresConfiguration,
        _ queue: WorkQueue,
        role: String,
        _ worker: (KeyRing, RegistryCache) throws -> (Planner, Performer)
    ) async throws {
        self.queue = queue
        owner = bench.owner
        registry = bench.registry
        let login = "\(role)_\(UUID().uuidString.lowercased().filter { $0 != "-" })"
        self.login = login
        try await owner.withConnection {
            try await $0.execute("CREATE ROLE \(login) LOGIN PASSWORD '\(login)' IN ROLE habeas_\(role)")
        }
        var own = configuration
        own.keywords["user"] = login
        own.keywords["password"] = login
        pool = PostgresPool(
            configuration: own,
            size: 2,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let planner: Planner
        (planner, performer) = try worker(bench.ring, registry)
        work = CaseWork(queue, planner: planner, registry: registry)
        wakes = CaseWakeHandler(work, ring: bench.ring)
    }

    package func close() async throws {
        await pool.shutdown()
        _ = try await owner.withConnection { try await $0.query("DROP ROLE \(identifier: login)") }
    }

    package func look(_ deliveries: [Delivery]) async throws {
        while true {
            do {
                let items = try await wakes.prepare(deliveries)
                _ = try await pool.withConnection { try await wakes.commit(items, on: $0) }
                return
            } catch is RegistryChanged {
                continue
            }
        }
    }

    /// Looks at a case, as a message would have it.
    package func wake(_ id: UUID) async throws {
        let body = #"{"v":1,"ids":["\#(id.uuidString.lowercased())"]}"#
        try await look([
            Delivery(
                tag: DeliveryTag(generation: 1, tag: 1),
                exchange: Topology.work,
                routingKey: queue.rawValue,
                redelivered: false,
                properties: Properties(),
                body: Array(body.utf8),
                announcedSize: body.utf8.count
            )
        ])
    }

    package func perform() async throws -> Int { try await perform { _ in false } }

    /// - Parameter dies: whether the worker dies after this attempt, before anybody has written down what came of it.
    @discardableResult
    package func perform(dies: (EffectRecord) -> Bool) async throws -> Int {
        let ids = try await owner.withConnection {
            try await $0.query(
                "SELECT id FROM habeas.effect WHERE state = 'released' AND queue = \(queue.rawValue) ORDER BY id"
            )
            .decode(as: UUID.self)
        }
        guard !ids.isEmpty else { return 0 }
        let claim = EffectClaim(queue, performer: performer)
        let claimed = try await pool.withConnection { try await claim.take(ids, registry: registry, on: $0).claimed }
        for item in claimed {
            guard let job = item.job else { continue }
            let verdict = await performer.perform(job)
            guard !dies(item.lease.effect) else { continue }
            let attempt = EffectAttempt(item.lease, verdict, startedAt: Date(), endedAt: Date(), worker: "test")
            _ = try await pool.withConnection {
                try await work.run([item.lease.effect.caseID].compactMap { $0 }, attempts: [attempt], on: $0)
            }
        }
        return claimed.count
    }
}
