import FoundationEssentials
import Ledger
import Postgres

/// A parked message without its content.
struct ParkedMessage {
    let json: [(String, JSONValue)]
    let sheet: Sheet

    static let unknown = Failure("parked", "no parked message has this id", "see habeas parked list --state all")

    static func load(_ id: UUID, on connection: PostgresConnection) async throws -> ParkedMessage {
        let rows = try await connection.query(
            """
            SELECT p.state, p.origin, p.queue, p.publisher_id, p.event_type, p.field, p.fault, p.remedy, p.received_at, p.body_size,
                   p.truncated, p.resolved_at, p.resolved_by::text AS resolved_by, p.resolution, p.payload IS NOT NULL AS kept,
                   p.expires_at, CASE p.state WHEN 'open' THEN p.replay_at END AS replay_at, p.chain_id, p.evidence_seq, p.evidence_head, d.due_at, d.state AS deadline_state
              FROM habeas.parked_message p
              LEFT JOIN habeas.deadline d ON d.subject_id = p.id AND d.clock = 'triage'
             WHERE p.id = \(id)
            """
        )
        guard let row = rows.first else { throw unknown }
        return try ParkedMessage(id, row)
    }

    private init(_ id: UUID, _ row: Row) throws {
        let (state, origin, queue, publisher, type, field, fault, remedy, receivedAt, size) = try row.decode(
            String.self,
            String.self,
            String.self,
            String?.self,
            String?.self,
            String.self,
            String.self,
            String.self,
            Date.self,
            Int.self
        )
        let isTruncated: Bool = try row.decode("truncated")
        let resolvedAt: Date? = try row.decode("resolved_at")
        let resolvedBy: String? = try row.decode("resolved_by")
        let resolution: String? = try row.decode("resolution")
        let isKept: Bool = try row.decode("kept")
        let expiresAt: Date = try row.decode("expires_at")
        let turn: Date? = try row.decode("replay_at")
        let dueAt: Date? = try row.decode("due_at")
        let deadlineState: String? = try row.decode("deadline_state")
        let chain = EvidenceChain(
            .parked,
            id: try row.decode("chain_id"),
            sequence: try row.decode("evidence_seq"),
            head: try row.decode("evidence_head")
        )
        json = [
            ("id", JSONValue(id)), ("state", .string(state)), ("origin", .string(origin)), ("queue", .string(queue)),
            ("publisher", JSONValue(publisher)), ("type", JSONValue(type)), ("field", .string(field)),
            ("fault", .string(fault)),
            ("remedy", .string(remedy)), ("received_at", JSONValue(receivedAt)), ("body_size", .integer(size)),
            ("truncated", .bool(isTruncated)), ("payload_kept", .bool(isKept)), ("expires_at", JSONValue(expiresAt)),
            ("replay_at", JSONValue(turn)),
            ("triage_due_at", JSONValue(dueAt)), ("triage_state", JSONValue(deadlineState)),
            ("resolved_at", JSONValue(resolvedAt)), ("resolved_by", JSONValue(resolvedBy)),
            ("resolution", JSONValue(resolution)), ("evidence", chain.json),
        ]
        sheet = Sheet([
            ("parked", id.text), ("state", state), ("because", "\(field): \(fault)"), ("remedy", remedy),
            ("origin", origin),
            ("queue", queue), ("publisher", publisher ?? "not known"), ("type", type), ("received", receivedAt.short),
            ("size", "\(size) bytes" + (isTruncated ? ", only the head is kept" : "")),
            ("payload", isKept ? "kept until \(expiresAt.short)" : "erased"),
            ("turn", turn?.short),
            ("triage", dueAt.map { "\($0.short), \(deadlineState ?? "")" }),
            ("resolved", resolvedAt.map { "\($0.short)\(resolvedBy.map { " by \($0)" } ?? "")" }),
            ("resolution", resolution),
            ("evidence", chain.text),
        ])
    }
}
