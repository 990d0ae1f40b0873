package import AMQP
import FoundationEssentials
package import Ledger
package import Postgres
import Rights

/// Looks at the cases that a worker's queue names, a batch a transaction. Safe to repeat: what was planned before is found.
package struct CaseWakeHandler<Planner: EffectPlanner>: BatchHandler {
    package struct Item: Sendable {
        let delivery: Delivery
        /// Nil where it is none of ours.
        let ids: [UUID]?
    }

    private let work: CaseWork<Planner>
    private let parking: WakeUpParking

    package init(_ work: CaseWork<Planner>, ring: KeyRing) {
        self.work = work
        parking = WakeUpParking(queue: work.queue.rawValue, ring: ring)
    }

    package func messageKey(of delivery: Delivery) -> [UInt8] { parking.messageKey(of: delivery) }

    package func prepare(_ deliveries: [Delivery]) async throws -> [Item] {
        deliveries.map { Item(delivery: $0, ids: WakeUpMessage.ids(of: $0)) }
    }

    package func commit(_ items: [Item], on connection: PostgresConnection) async throws -> [OutboxRow] {
        let strange = items.filter { $0.ids == nil }.map(\.delivery)
        if !strange.isEmpty { try await park(strange, because: WakeUpParking.unreadable, on: connection) }
        let ids = items.flatMap { $0.ids ?? [] }
        guard !ids.isEmpty else { return [] }
        let (cases, outgoing) = try await work.cases(of: ids, on: connection)
        return outgoing + (cases.isEmpty ? [] : try await work.run(cases, on: connection))
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
