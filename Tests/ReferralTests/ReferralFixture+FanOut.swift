import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import Testing

/// What other workers do to a case that the referral worker speaks about.
extension ReferralFixture {
    /// Applies an event of another worker's, with whoever has to hear of it.
    func happen(_ event: CaseEvent, to id: UUID, refusal: RefusalReason? = nil) async throws {
        let registry = registry.current
        try await owner.withConnection { connection in
            try await connection.transaction { connection in
                let now = try await connection.query("SELECT habeas.domain_now()").only.decode(Date.self)
                var changes = CaseChanges(at: now, registry: registry)
                var record = try CaseFileRecord(row: try await connection.query(CaseFileRecord.locking(ids: [id])).only)
                guard case .apply(let transition) = record.machine.verdict(on: event) else {
                    Issue.record("the case does not take \(event.name)")
                    return
                }
                record.refusal = refusal ?? record.refusal
                var waited: [Pause] = []
                changes.apply(transition, to: &record, waited: &waited, actor: "habeas.erasure") { _, _ in "{}" }
                try await changes.settle(on: connection)
                var files = CaseFileWrites()
                files.change(record)
                var outbox = OutboxWrites()
                for var row in changes.outcomes + changes.wakeUps.rows(at: now) {
                    row.createdAt = now
                    outbox.add(row)
                }
                _ = try await connection.pipeline(files.statements + changes.statements + outbox.statements)
            }
        }
    }

    /// As the worker that carried it out: answered, and told.
    func finish(_ id: UUID, complete: Bool = true, openEnds: Bool = false, refusal: RefusalReason? = nil) async throws {
        try await happen(.answered(complete: complete, openEnds: openEnds), to: id, refusal: refusal)
        try await settle()
    }

    /// The words of the last of so many letters: decoded, its lines joined.
    func lastLetter(_ count: Int) async throws -> String {
        // Two that left at once may arrive in either order: the one that was planned last, and the receipt before the others.
        let planned = try await text(
            "SELECT id::text FROM habeas.effect ORDER BY planned_at, kind <> 'subject.receipt'"
        )
        func place(_ mail: String) -> Int { planned.lastIndex(of: String(Self.messageID(mail))) ?? -1 }
        let mail = try #require(try await mails(count).max { place($0) < place($1) })
        var bytes: [UInt8] = []
        var rest = Array(mail.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                bytes.append(byte)
                continue
            }
            let code = String(decoding: rest.prefix(2), as: UTF8.self)
            if let value = UInt8(code, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else if rest.first == UInt8(ascii: "\r") || rest.first == UInt8(ascii: "\n") {
                // A line that was broken on the way.
                rest = rest.drop { $0 == UInt8(ascii: "\r") }.dropFirst()
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func messageID(_ mail: String) -> Substring {
        mail.firstRange(of: "Message-ID: <").map { mail[$0.upperBound...].prefix(36) } ?? ""
    }

    /// How often the erasure worker was called about a case.
    func erasureWakes(_ id: UUID) async throws -> Int {
        try await count(
            """
            SELECT count(*) FROM habeas.outbox WHERE routing_key = 'habeas.erasure' AND kind = 'wake_up'
               AND position(\(id.uuidString.lowercased())::text IN convert_from(body, 'UTF8')) > 0
            """
        )
    }

    /// Systems of the data map, as they are kept.
    func map(_ systems: [(id: String, body: String)]) async throws {
        try await owner.withConnection { connection in
            for (place, system) in systems.enumerated() {
                _ = try await connection.query(
                    "INSERT INTO habeas.system (id, body, place) VALUES (\(system.id), \(system.body), \(Int32(place)))"
                )
            }
        }
        try await owner.withConnection { try await registry.reload(on: $0) }
    }
}
