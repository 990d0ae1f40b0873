import Crypto
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// What a case holds about its person, decrypted for a person whose reading of it is on record.
///
/// Free text that may tell of health is not shown while its client has no business associate agreement (A3).
struct CaseReveal {
    private struct Event {
        let type: String
        let receivedAt: Date
        let payload: String
        let withheld: [String]
    }

    private static let reason =
        "health data without a business associate agreement (A3, 45 CFR 164.504(e)); record it as baa_signed with `habeas clients apply`"

    private let payload: String?
    private let withheld: [String]
    private let events: [Event]

    /// Decrypts under the case's lock and commits the fact before anything is returned.
    init(_ id: UUID, why: String, ring: KeyRing, on connection: PostgresConnection) async throws {
        (payload, withheld, events) = try await connection.transaction { connection in
            let locked = try await connection.query(
                """
                SELECT client_id, evidence_seq, evidence_head, group_id, has_health,
                       EXISTS (SELECT FROM habeas.client k WHERE k.id = c.client_id AND k.baa_signed)
                  FROM habeas.case_file c WHERE id = \(id) FOR NO KEY UPDATE
                """
            ).only
            let (client, sequence, head, group, hasHealthData, hasAgreement) = try locked.decode(
                String?.self,
                Int.self,
                [UInt8].self,
                UUID?.self,
                Bool.self,
                Bool.self
            )
            let isWithheld = FreeText.isWithheld(hasHealthData: hasHealthData, hasAgreement: hasAgreement)
            let results = try await connection.pipeline([
                "SELECT kek_id, wrapped_key, payload FROM habeas.case_secret WHERE case_id = \(id)",
                """
                SELECT kek_id, wrapped_key, payload, id, event_type, received_at FROM habeas.event_secret
                 WHERE subject_id IN (\(id), \(group)) ORDER BY received_at, id
                """,
            ])
            var payload = try results[0].first.map { try SealedPayload(row: $0).bytes(for: id, with: ring) }
            var withheld: [String] = []
            if isWithheld, let whole = payload { (payload, withheld) = Self.shown(try EventPayload(stored: whole)) }
            let events = try results[1].map { row in
                let (_, _, _, eventID, type, receivedAt) = try row.decode(
                    String.self,
                    [UInt8].self,
                    [UInt8].self,
                    UUID.self,
                    String.self,
                    Date.self
                )
                var bytes = try SealedPayload(row: row).bytes(for: eventID, with: ring)
                var withheld: [String] = []
                // What a person took down is no event; it is words about a client's answer.
                if isWithheld, EventType(rawValue: type) != nil {
                    let read = EventParser.parse(bytes, context: MessageContext(), now: receivedAt)
                    (bytes, withheld) = Self.shown(try read.get().payload)
                }
                return Event(
                    type: type,
                    receivedAt: receivedAt,
                    payload: String(decoding: bytes, as: UTF8.self),
                    withheld: withheld
                )
            }
            let pen = try await EvidencePen(on: connection)
            var chain = EvidenceChain(.caseFile, id: id, sequence: sequence, head: head)
            _ = try await connection.pipeline(
                pen.append("read_by_person", to: &chain, clientID: client) { body in
                    body.member("what", ["payload"] + events.map { "event \($0.type)" })
                    body.member("why", why)
                    if isWithheld { body.member("free_text", "withheld") }
                }
            )
            return (payload.map { String(decoding: $0, as: UTF8.self) }, withheld, events)
        }
    }

    private static func shown(_ payload: EventPayload) -> ([UInt8], [String]) {
        let (rest, withheld) = payload.withoutFreeText
        return (rest.stored, withheld)
    }

    private var isAnythingWithheld: Bool { !withheld.isEmpty || events.contains { !$0.withheld.isEmpty } }

    var json: [(String, JSONValue)] {
        [
            ("payload", payload.map { .raw($0) } ?? .null), ("withheld", JSONValue(withheld)),
            ("withheld_because", JSONValue(isAnythingWithheld ? Self.reason : nil)),
            (
                "events",
                .array(
                    events.map {
                        [
                            "type": .string($0.type), "received_at": JSONValue($0.receivedAt),
                            "payload": .raw($0.payload), "withheld": JSONValue($0.withheld),
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
        guard isAnythingWithheld else { return }
        let fields = withheld + events.flatMap(\.withheld)
        StandardOutput.write("\nwithheld: \(fields.joined(separator: ", ")): \(Self.reason)")
    }
}

extension SealedPayload {
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
