package import FoundationEssentials
package import Postgres

/// A message that leaves by the broker once its transaction has committed.
package struct OutboxRow: Sendable {
    package enum Kind: String, Sendable {
        /// A hint with ids for a worker; must arrive.
        case wakeUp = "wake_up"
        /// What became of something; cannot hold anyone up.
        case outcome
        /// Work for an app of the processor's own; must arrive.
        case task
    }

    package let id: UUID
    package let kind: Kind
    package let exchange: String
    package let routingKey: String
    package let messageType: String
    package let subjectID: UUID?
    package let body: [UInt8]
    /// Machine time of the row's making, also its partition; nil until it is known from the database.
    package var createdAt: Date
    /// Of an incident: where its writer dies before it has published it, a clock worker takes it soon. Few are, so that none is
    /// published twice because much is under way.
    package var isUrgent = false

    package init(
        id: UUID,
        kind: Kind,
        exchange: String,
        routingKey: String,
        messageType: String,
        subjectID: UUID?,
        body: [UInt8],
        createdAt: Date
    ) {
        self.id = id
        self.kind = kind
        self.exchange = exchange
        self.routingKey = routingKey
        self.messageType = messageType
        self.subjectID = subjectID
        self.body = body
        self.createdAt = createdAt
    }
}

/// Rows for the outbox.
package struct OutboxWrites: Sendable {
    package private(set) var rows: [OutboxRow] = []
    /// How long the writer has for publishing by itself before a clock worker takes the row.
    private let grace: Duration
    /// The same for what is urgent.
    private static let urgentGrace = Duration.seconds(3)

    package init(grace: Duration = .seconds(30)) { self.grace = grace }

    package mutating func add(_ row: OutboxRow) { rows.append(row) }

    package var statements: [SQL] {
        guard !rows.isEmpty else { return [] }
        return [
            """
            INSERT INTO habeas.outbox (id, created_at, exchange, routing_key, kind, message_type, subject_id, body)
            SELECT * FROM unnest(\(rows.map(\.id))::uuid[], \(rows.map(\.createdAt))::timestamptz[],
              \(rows.map(\.exchange))::text[], \(rows.map(\.routingKey))::text[], \(rows.map(\.kind.rawValue))::text[],
              \(rows.map(\.messageType))::text[], \(rows.map(\.subjectID))::uuid[], \(rows.map(\.body))::bytea[])
            """,
            """
            INSERT INTO habeas.outbox_pending (id, created_at, next_attempt_at)
            SELECT n.id, n.created_at, now() + make_interval(secs => n.grace)
              FROM unnest(\(rows.map(\.id))::uuid[], \(rows.map(\.createdAt))::timestamptz[], \(graces)::float8[])
                AS n (id, created_at, grace)
            """,
        ]
    }

    /// In seconds.
    private var graces: [Double] { rows.map { ($0.isUrgent ? min(grace, Self.urgentGrace) : grace) / .seconds(1) } }
}
