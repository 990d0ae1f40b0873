package import FoundationEssentials
package import Postgres

/// Why and how a message was set aside, and its sealed content.
package struct ParkedMessageRecord: Sendable {
    package enum Origin: String, Sendable {
        /// Intake read it and said no.
        case refused
        /// It was tried several times and never came to an end.
        case attempts
        /// The broker gave up delivering it.
        case deadLetter = "dead_letter"
        /// It waited for a case that never came.
        case expired
        /// It came over its publisher's rate and waits its turn.
        case rate
    }

    package let id: UUID
    /// Keyed digest of publisher, message id and body: a redelivered message is parked once.
    package let messageKey: [UInt8]
    package let origin: Origin
    package let queue: String
    package let publisherID: String?
    package let eventType: String?
    package let field: String
    package let fault: String
    package let remedy: String
    package let receivedAt: Date
    package let bodySize: Int
    package let isTruncated: Bool
    package let secret: SealedPayload
    /// What the message said beside its body, sealed under the same key.
    package let properties: [UInt8]?
    /// Machine time of its turn, where it is to be taken in by itself.
    package let replayAt: Date?
    package var chain: EvidenceChain

    package init(
        id: UUID,
        messageKey: [UInt8],
        origin: Origin,
        queue: String,
        publisherID: String?,
        eventType: String?,
        field: String,
        fault: String,
        remedy: String,
        receivedAt: Date,
        bodySize: Int,
        isTruncated: Bool,
        secret: SealedPayload,
        properties: [UInt8]?,
        replayAt: Date? = nil
    ) {
        self.id = id
        self.messageKey = messageKey
        self.origin = origin
        self.queue = queue
        self.publisherID = publisherID
        self.eventType = eventType
        self.field = field
        self.fault = fault
        self.remedy = remedy
        self.receivedAt = receivedAt
        self.bodySize = bodySize
        self.isTruncated = isTruncated
        self.secret = secret
        self.properties = properties
        self.replayAt = replayAt
        chain = EvidenceChain(new: .parked, id: id)
    }
}

/// Writes parked messages.
package enum ParkedMessages {
    /// How long a parked payload is kept, counted from its turn where it has one; reason and digest stay.
    package static let retention = Duration.seconds(30 * 86_400)

    /// Inserts what is not parked yet and returns the ids that are new.
    package static func insert(_ rows: [ParkedMessageRecord]) -> SQL {
        let rows = rows.sorted { $0.messageKey.lexicographicallyPrecedes($1.messageKey) }
        return """
            INSERT INTO habeas.parked_message (id, message_key, chain_id, origin, queue, publisher_id, event_type, field, fault,
              remedy, received_at, body_size, truncated, properties, kek_id, wrapped_key, payload, evidence_seq, evidence_head, replay_at, expires_at)
            SELECT n.*, habeas.domain_now() + \(retention)::interval + greatest(n.replay_at - now(), '0')
              FROM unnest(\(rows.map(\.id))::uuid[], \(rows.map(\.messageKey))::bytea[], \(rows.map(\.chain.id))::uuid[],
                \(rows.map(\.origin.rawValue))::text[], \(rows.map(\.queue))::text[], \(rows.map(\.publisherID))::text[],
                \(rows.map(\.eventType))::text[], \(rows.map(\.field))::text[], \(rows.map(\.fault))::text[],
                \(rows.map(\.remedy))::text[], \(rows.map(\.receivedAt))::timestamptz[], \(rows.map { Int64($0.bodySize) })::int8[],
                \(rows.map(\.isTruncated))::bool[], \(rows.map(\.properties))::bytea[], \(rows.map(\.secret.wrapped.kekID))::text[],
                \(rows.map(\.secret.wrapped.bytes))::bytea[], \(rows.map(\.secret.bytes))::bytea[],
                \(rows.map { Int32($0.chain.sequence) })::int4[], \(rows.map(\.chain.head))::bytea[], \(rows.map(\.replayAt))::timestamptz[])
                AS n (id, message_key, chain_id, origin, queue, publisher_id, event_type, field, fault, remedy, received_at,
                      body_size, truncated, properties, kek_id, wrapped_key, payload, evidence_seq, evidence_head, replay_at)
            ON CONFLICT (message_key) DO NOTHING
            RETURNING id
            """
    }
}
