import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What was reported of incidents, decrypted for a person whose reading of it is on record.
struct IncidentReveal {
    struct Event {
        let type: String
        let receivedAt: Date
        let payload: String
    }

    private var events: [UUID: [Event]] = [:]

    /// Decrypts under the locks of the incidents and commits the facts before anything is returned.
    init(_ ids: [UUID], why: String, ring: KeyRing, on connection: PostgresConnection) async throws {
        events = try await connection.transaction { connection in
            let pen = try await EvidencePen(on: connection)
            var found: [UUID: [Event]] = [:]
            var statements: [SQL] = []
            for id in ids.sorted() {
                let results = try await connection.pipeline([
                    IncidentRecord.locking(id),
                    """
                    SELECT kek_id, wrapped_key, payload, id, event_type, received_at FROM habeas.event_secret
                     WHERE subject_id = \(id) AND event_type <> \(BreachPersonRecord.contentType) ORDER BY received_at, id
                    """,
                ])
                var incident = try IncidentRecord(row: results[0].only)
                let opened = try results[1].map { row in
                    let (_, _, _, eventID, type, receivedAt) = try row.decode(
                        String.self,
                        [UInt8].self,
                        [UInt8].self,
                        UUID.self,
                        String.self,
                        Date.self
                    )
                    let bytes = try SealedPayload(row: row).bytes(for: eventID, with: ring)
                    return Event(type: type, receivedAt: receivedAt, payload: String(decoding: bytes, as: UTF8.self))
                }
                found[id] = opened
                statements += pen.append("read_by_person", to: &incident.chain) { body in
                    body.member("what", opened.map { "event \($0.type)" })
                    body.member("why", why)
                }
            }
            if !statements.isEmpty { _ = try await connection.pipeline(statements) }
            return found
        }
    }

    func json(of id: UUID) -> [(String, JSONValue)] {
        [
            (
                "events",
                .array(
                    (events[id] ?? []).map {
                        [
                            "type": .string($0.type), "received_at": JSONValue($0.receivedAt),
                            "payload": .raw($0.payload),
                        ]
                    }
                )
            )
        ]
    }

    func print(_ id: UUID) {
        for event in events[id] ?? [] {
            StandardOutput.write("\n\(event.type) of \(event.receivedAt.short)\n\(TextTable.printable(event.payload))")
        }
    }
}
