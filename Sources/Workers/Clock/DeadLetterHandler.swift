package import AMQP
package import Fleet
import FoundationEssentials
package import Ledger
package import Postgres
import Rights

/// Stores what the broker gave up on: messages that killed workers until the delivery limit was reached. They are never
/// opened here; sealed as they came, they wait for a person.
package struct DeadLetterHandler: BatchHandler {
    private let queue: String
    private let parking: Parking
    private let registry: RegistryCache

    package init(queue: String, ring: KeyRing, registry: RegistryCache) {
        self.queue = queue
        self.registry = registry
        parking = Parking(ring: ring)
    }

    package func messageKey(of delivery: Delivery) -> [UInt8] { parking.messageKey(of: delivery) }

    package func prepare(_ deliveries: [Delivery]) async throws -> [Delivery] { deliveries }

    package func commit(_ deliveries: [Delivery], on connection: PostgresConnection) async throws -> [OutboxRow] {
        try await connection.transaction { connection in
            let now = try await connection.query("SELECT habeas.domain_now()").only.decode(0, as: Date.self)
            var records: [ParkedMessageRecord] = []
            var facts: [UUID: EvidenceRow] = [:]
            var triage: [UUID: Deadline] = [:]
            var keys: Set<[UInt8]> = []
            for delivery in deliveries where keys.insert(parking.messageKey(of: delivery)).inserted {
                // The login is the broker's word, the type the routing key it was published under: neither needs the body.
                let publisher = delivery.properties.userID.flatMap { registry.current.publisher(brokerUser: $0) }
                let (record, fact) = try parking.record(
                    delivery,
                    queue: queue,
                    origin: .deadLetter,
                    publisherID: publisher?.id,
                    eventType: EventType.allCases.first { $0.name == delivery.routingKey }?.name,
                    field: "body",
                    fault: "delivery_limit",
                    remedy:
                        "the broker gave up delivering it; look for workers that died at this time, then replay or discard",
                    at: now
                )
                records.append(record)
                facts[record.id] = fact
                triage[record.id] = registry.current.triage(
                    eventType: delivery.routingKey,
                    publisher: publisher?.id,
                    at: now
                )
            }
            let inserted = try await connection.query(ParkedMessages.insert(records)).decode(as: UUID.self)
            var evidence = EvidenceWrites()
            var deadlines = DeadlineWrites()
            for id in inserted {
                if let fact = facts[id] { evidence.add(fact) }
                if let deadline = triage[id] { deadlines.open(deadline, subject: id) }
            }
            _ = try await connection.pipeline(evidence.statements + deadlines.statements + ["COMMIT"])
            return []
        }
    }

    /// A letter that cannot even be stored together with others is stored alone, whatever the runtime holds against it.
    package func park(
        _ delivery: Delivery,
        because reason: ParkReason,
        on connection: PostgresConnection
    ) async throws -> [OutboxRow] {
        try await commit([delivery], on: connection)
    }
}
