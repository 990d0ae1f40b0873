package import AMQP
import FoundationEssentials
package import Ledger
import Observability
package import Postgres

/// Turns hints about effects into claims, a batch a transaction, and hands what was claimed to the crew.
///
/// The hint is acknowledged once the claim has committed, long before the work is done: from then on the lease says who has it,
/// and its end who takes it up should this worker die.
package struct EffectHandler<Performer: EffectPerformer, Planner: EffectPlanner>: BatchHandler {
    package struct Item: Sendable {
        let delivery: Delivery
        let ids: [UUID]?
        /// Of the whole batch; nil where the worker is ending.
        let room: EffectRoom?
    }

    private let claim: EffectClaim<Performer>
    private let crew: EffectCrew<Performer, Planner>
    private let registry: RegistryCache
    private let parking: WakeUpParking
    private let metrics: EffectMetrics

    package init(
        _ claim: EffectClaim<Performer>,
        crew: EffectCrew<Performer, Planner>,
        queue: String,
        registry: RegistryCache,
        ring: KeyRing,
        metrics: EffectMetrics
    ) {
        self.claim = claim
        self.crew = crew
        self.metrics = metrics
        self.registry = registry
        parking = WakeUpParking(queue: queue, ring: ring)
    }

    package func messageKey(of delivery: Delivery) -> [UInt8] { parking.messageKey(of: delivery) }

    /// Waits until the crew has hands free: what cannot be begun soon is left to other copies.
    package func prepare(_ deliveries: [Delivery]) async throws -> [Item] {
        let ids = deliveries.map { WakeUpMessage.ids(of: $0) }
        let room = try await crew.room(for: ids.reduce(0) { $0 + ($1?.count ?? 0) })
        return zip(deliveries, ids).map { Item(delivery: $0, ids: $1, room: room) }
    }

    package func commit(_ items: [Item], on connection: PostgresConnection) async throws -> [OutboxRow] {
        let strange = items.filter { $0.ids == nil }.map(\.delivery)
        if !strange.isEmpty { try await park(strange, because: WakeUpParking.unreadable, on: connection) }
        let ids = Array(Set(items.flatMap { $0.ids ?? [] }))
        guard !ids.isEmpty else { return [] }
        guard let room = items[0].room else {
            try await claim.handBack(ids, on: connection)
            return []
        }
        let (claimed, putBack) = try await claim.take(ids, registry: registry, on: connection)
        metrics.putBack.increment(by: UInt64(putBack))
        crew.take(claimed, in: room)
        return []
    }

    package func park(_ delivery: Delivery, because reason: ParkReason, on connection: PostgresConnection) async throws
        -> [OutboxRow]
    {
        try await park([delivery], because: reason, on: connection)
        return []
    }

    private func park(_ deliveries: [Delivery], because reason: ParkReason, on connection: PostgresConnection)
        async throws
    {
        try await connection.transaction { connection in
            let now = try await connection.query("SELECT habeas.domain_now()").only.decode(0, as: Date.self)
            _ = try await connection.pipeline(try parking.statements(deliveries, because: reason, at: now) + ["COMMIT"])
        }
    }
}
