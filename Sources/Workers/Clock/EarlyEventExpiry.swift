import AMQP
package import Fleet
import FoundationEssentials
package import Ledger
package import Postgres
import Rights

/// Ends the waiting of events whose case never came: each becomes a parked message, and its publisher is told.
package struct EarlyEventExpiry: Sendable {
    private static let chunk = 100

    private let pool: PostgresPool
    private let ring: KeyRing
    private let parking: Parking
    private let registry: RegistryCache
    private let dispatcher: OutboxDispatcher

    package init(
        pool: PostgresPool,
        ring: KeyRing,
        registry: RegistryCache,
        dispatcher: OutboxDispatcher
    ) {
        self.pool = pool
        self.ring = ring
        self.registry = registry
        self.dispatcher = dispatcher
        parking = Parking(ring: ring)
    }

    /// One transaction of it; returns how many events were ended.
    package func expire() async throws -> Int {
        let (count, rows) = try await pool.withConnection { connection in
            try await connection.transaction { try await self.expire(on: $0) }
        }
        dispatcher.dispatch(rows)
        return count
    }

    private func expire(on connection: PostgresConnection) async throws -> (Int, [OutboxRow]) {
        let results = try await connection.pipeline([
            "SELECT habeas.domain_now(), now()",
            """
            DELETE FROM habeas.early_event
             WHERE id IN (SELECT id FROM habeas.early_event WHERE expires_at <= habeas.domain_now()
                           ORDER BY expires_at LIMIT \(EarlyEventExpiry.chunk) FOR UPDATE SKIP LOCKED)
            RETURNING id, publisher_id, request_ref, case_id, event_type, dedupe_key, received_at, kek_id, wrapped_key, payload
            """,
        ])
        let (now, machineNow) = try results[0].only.decode(Date.self, Date.self)
        let expired = try results[1].map(EarlyEventRecord.init)
        guard !expired.isEmpty else { return (0, []) }
        var records: [ParkedMessageRecord] = []
        var evidence = EvidenceWrites()
        var deadlines = DeadlineWrites()
        var outbox = OutboxWrites()
        for event in expired {
            let (record, fact) = try park(event, at: now)
            records.append(record)
            evidence.add(fact)
            let triage = registry.current.triage(eventType: record.eventType, publisher: event.publisherID, at: now)
            if let triage { deadlines.open(triage, subject: record.id) }
            outbox.add(EventRejected(record).row(to: event.publisherID, at: now, machineNow: machineNow))
        }
        var statements = [ParkedMessages.insert(records)]
        // The event did not use its id up: it may be sent again once its case is there.
        statements.append(Inbox.release(expired.map(\.dedupeKey)))
        statements += evidence.statements + deadlines.statements + outbox.statements + ["COMMIT"]
        _ = try await connection.pipeline(statements)
        return (expired.count, outbox.rows)
    }

    private func park(_ event: EarlyEventRecord, at now: Date) throws -> (ParkedMessageRecord, EvidenceRow) {
        let name = EventType(rawValue: event.eventType)?.name
        var properties = Properties()
        properties.type = name
        properties.userID = registry.current.publisher(id: event.publisherID)?.brokerUser
        let body = try event.secret.opened(for: event.id, with: ring)
        let delivery = Delivery(
            tag: DeliveryTag(generation: 0, tag: 0),
            exchange: Topology.events,
            routingKey: name ?? "",
            redelivered: false,
            properties: properties,
            body: body,
            announcedSize: body.count
        )
        let isNamed = event.requestRef != nil
        return try parking.record(
            delivery,
            queue: Topology.intake,
            origin: .expired,
            publisherID: event.publisherID,
            eventType: name,
            field: isNamed ? "data.request_ref" : "data.request",
            fault: isNamed ? "unknown_request" : "unlawful_now",
            remedy: isNamed
                ? "No request came under this reference within 24 hours; send the request, then the event again."
                : "The case did not reach a state in which this applies within 24 hours; look at the case, then send it again.",
            at: now,
            recognisedBy: parking.messageKey(ofWaiting: event.id)
        )
    }
}
