package import AMQP
package import Fleet
import FoundationEssentials
package import Ledger
package import Postgres
import Rights
import Threads

/// Intake: turns published events into cases, facts and wake-ups, a batch a transaction.
package struct IntakeHandler: BatchHandler {
    private let queue: String
    private let registry: RegistryCache
    private let ring: KeyRing
    private let digest: KeyedDigest
    private let parking: Parking
    private let domainTime: DomainTime
    private let metrics: IntakeMetrics

    package init(
        queue: String,
        registry: RegistryCache,
        ring: KeyRing,
        domainTime: DomainTime,
        metrics: IntakeMetrics
    ) {
        self.queue = queue
        self.registry = registry
        self.ring = ring
        self.domainTime = domainTime
        self.metrics = metrics
        digest = KeyedDigest(ring.looking)
        parking = Parking(ring: ring)
    }

    package func messageKey(of delivery: Delivery) -> [UInt8] { parking.messageKey(of: delivery) }

    package func prepare(_ deliveries: [Delivery]) async throws -> [IntakeItem] {
        let preparation = preparation(registry.current, at: domainTime.estimate)
        return try deliveries.map(preparation.item)
    }

    private func preparation(_ registry: Registry, at now: Date) -> IntakePreparation {
        IntakePreparation(queue: queue, registry: registry, ring: ring, digest: digest, now: now)
    }

    package func commit(_ items: [IntakeItem], on connection: PostgresConnection) async throws -> [OutboxRow] {
        let current = registry.current
        // Another lane may have replaced the copy since these were prepared: the version that the transaction compares is then
        // not the one that their publishers' rights were read from.
        guard items.allSatisfy({ $0.registryVersion == current.version }) else { throw RegistryChanged() }
        do {
            let (rows, warnings) = try await connection.transaction { connection in
                try await IntakeTransaction(
                    items: items,
                    preparation: preparation(current, at: domainTime.estimate),
                    parking: parking,
                    domainTime: domainTime
                ).run(on: connection)
            }
            metrics.opened(with: warnings)
            return rows
        } catch let error as RegistryChanged {
            try await registry.reload(on: connection)
            throw error
        }
    }

    package func park(
        _ delivery: Delivery,
        because reason: ParkReason,
        on connection: PostgresConnection
    ) async throws -> [OutboxRow] {
        let current = registry.current
        let publisher = delivery.properties.userID.flatMap { current.publisher(brokerUser: $0) }
        let origin = Refusal.Origin(publisher: publisher, read: EventFault.Origin(type: delivery.printableType))
        let refusal = Refusal(
            field: "body",
            fault: FaultCode(rawValue: reason.fault),
            remedy: reason.remedy,
            origin: origin,
            parkedAs: reason.origin
        )
        let item = IntakeItem(delivery: delivery, content: .refused(refusal), registryVersion: current.version)
        return try await commit([item], on: connection)
    }
}
