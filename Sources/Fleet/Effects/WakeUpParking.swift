package import AMQP
package import FoundationEssentials
package import Ledger
package import Postgres

/// Sets messages of the fleet's own aside that a worker cannot read or never came to an end with. Nothing is lost by it: what
/// they were about is in the tables, and resync makes them anew.
package struct WakeUpParking: Sendable {
    private let queue: String
    private let parking: Parking

    package init(queue: String, ring: KeyRing) {
        self.queue = queue
        parking = Parking(ring: ring)
    }

    package func messageKey(of delivery: Delivery) -> [UInt8] { parking.messageKey(of: delivery) }

    /// The statements that park these messages, each once.
    package func statements(_ deliveries: [Delivery], because reason: ParkReason, at now: Date) throws -> [SQL] {
        guard !deliveries.isEmpty else { return [] }
        var records: [ParkedMessageRecord] = []
        var evidence = EvidenceWrites()
        for delivery in deliveries {
            let (record, fact) = try parking.record(
                delivery,
                queue: queue,
                origin: reason.origin,
                publisherID: nil,
                eventType: nil,
                field: "body",
                fault: reason.fault,
                remedy: reason.remedy,
                at: now
            )
            guard !records.contains(where: { $0.messageKey == record.messageKey }) else { continue }
            records.append(record)
            evidence.add(fact)
        }
        return [ParkedMessages.insert(records)] + evidence.statements
    }

    /// Of a message that is none of ours.
    package static let unreadable = ParkReason(
        origin: .refused,
        fault: "not_a_wake_up",
        remedy: "only the fleet itself writes to this queue; look for another writer, then discard the message"
    )
}
