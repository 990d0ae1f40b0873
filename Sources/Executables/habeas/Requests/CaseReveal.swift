import Crypto
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What a case holds about its person, decrypted for a person whose reading of it is on record.
struct CaseReveal {
    private struct Event {
        let type: String
        let receivedAt: Date
        let payload: String
    }

    private let payload: String?
    private let events: [Event]

    /// Decrypts under the case's lock and commits the fact before anything is returned.
    init(_ id: UUID, why: String, ring: KeyRing, on connection: PostgresConnection) async throws {
        (payload, events) = try await connection.transaction { connection in
            let locked = try await connection.query(
                "SELECT client_id, evidence_seq, evidence_head, group_id FROM habeas.case_file WHERE id = \(id) FOR NO KEY UPDATE"
            ).only
            let (client, sequence, head, group) = try locked.decode(String?.self, Int.self, [UInt8].self, UUID?.self)
            let results = try await connection.pipeline([
                "SELECT kek_id, wrapped_key, payload FROM habeas.case_secret WHERE case_id = \(id)",
                """
                SELECT kek_id, wrapped_key, payload, id, event_type, received_at FROM habeas.event_secret
                 WHERE subject_id IN (\(id), \(group)) ORDER BY received_at, id
                """,
            ])
            let payload = try results[0].first.map { try SealedPayload(row: $0).text(for: id, with: ring) }
            let events = try results[1].map { row in
                let (_, _, _, eventID, type, receivedAt) = try row.decode(
                    String.self,
                    [UInt8].self,
                    [UInt8].self,
                    UUID.self,
                    String.self,
                    Date.self
                )
                return Event(
                    type: type,
                    receivedAt: receivedAt,
                    payload: try SealedPayload(row: row).text(for: eventID, with: ring)
                )
            }
            let pen = try await EvidencePen(on: connection)
            var chain = EvidenceChain(.caseFile, id: id, sequence: sequence, head: head)
            _ = try await connection.pipeline(
                pen.append("read_by_person", to: &chain, clientID: client) { body in
                    body.member("what", ["payload"] + events.map { "event \($0.type)" })
                    body.member("why", why)
                }
            )
            return (payload, events)
        }
    }

    var json: [(String, JSONValue)] {
        [
            ("payload", payload.map { .raw($0) } ?? .null),
            (
                "events",
                .array(
                    events.map {
                        [
                            "type": .string($0.type), "received_at": JSONValue($0.receivedAt),
                            "payload": .raw($0.payload),
                        ]
                    }
                )
            ),
        ]
    }

    func print() {
        StandardOutput.write("\npayload\n\(TextTable.printable(payload ?? "erased"))")
        for event in events {
            StandardOutput.write("\n\(event.type) of \(event.receivedAt.short)\n\(TextTable.printable(event.payload))")
        }
    }
}

extension SealedPayload {
    /// The first three columns: name of the wrapping key, wrapped key, sealed bytes.
    init(row: Row) throws {
        let (kek, wrapped, bytes) = try row.decode(String.self, [UInt8].self, [UInt8].self)
        self.init(wrapped: CaseKey.Wrapped(kekID: kek, bytes: wrapped), bytes: bytes)
    }

    func text(for owner: UUID, with ring: KeyRing) throws -> String {
        String(decoding: try bytes(for: owner, with: ring), as: UTF8.self)
    }

    /// The plain bytes. That a key does not fit is the operator's to know; the library's error would not name the file.
    func bytes(for owner: UUID, with ring: KeyRing) throws -> [UInt8] {
        do {
            return try opened(for: owner, with: ring)
        } catch is CryptoKitError {
            throw Failure(
                "keys.file",
                "does not open this payload",
                "use the key file of this installation",
                status: .configuration
            )
        }
    }
}
