package import AMQP
package import Ledger
package import Postgres

/// What one kind of worker does with the messages of its queue; `BatchWorker` does the rest.
package protocol BatchHandler: Sendable {
    /// A message as this worker understands it, or why it does not.
    associatedtype Item: Sendable

    /// Reads messages. Costs processor time only, touches nothing outside, and fails for none: what cannot be read becomes
    /// an item that says so.
    func prepare(_ deliveries: [Delivery]) async throws -> [Item]

    /// Does everything that `items` ask for in one transaction, and commits it. Whatever it throws has undone all of it,
    /// or (`PostgresError.isUndecided`) may not have: running it again with the same items must then find its own work.
    ///
    /// - Returns: the messages to be published now.
    func commit(_ items: [Item], on connection: PostgresConnection) async throws -> [OutboxRow]

    /// Sets one message aside, unopened, in a transaction of its own.
    func park(_ delivery: Delivery, because reason: ParkReason, on connection: PostgresConnection) async throws
        -> [OutboxRow]

    /// Keyed digest that recognises a message when it is delivered again.
    func messageKey(of delivery: Delivery) -> [UInt8]
}

/// Why the runtime, rather than the worker's own rules, sets a message aside.
package struct ParkReason: Sendable, Hashable {
    package let origin: ParkedMessageRecord.Origin
    package let fault: String
    package let remedy: String

    /// The message was handled several times and no attempt came to an end.
    package static func attempts(_ count: Int) -> ParkReason {
        ParkReason(
            origin: .attempts,
            fault: "attempts_exhausted",
            remedy: "\(count) attempts ended without an answer; look into the worker's log at these times, then replay"
        )
    }

    /// Its transaction is refused by the database, and by it alone.
    package static func data(_ code: String) -> ParkReason {
        ParkReason(
            origin: .refused,
            fault: "unstorable",
            remedy:
                "the database refuses what this message asks for (\(code)); correct the producer or the processor, then replay"
        )
    }
}
