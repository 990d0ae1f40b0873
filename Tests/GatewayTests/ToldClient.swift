import Crypto
import Fleet
import Foundation
import Ledger
import Postgres
import Rights

/// What clients were told of incidents and of changes, as the workers leave it.
enum ToldClient {
    static var acknowledgement: String {
        #"{"by":"Privacy desk","at":"\#(EventTime.text(Date(timeIntervalSinceNow: -5)))"}"#
    }
    static let objection = #"{"by":"Legal","text":"Not that sub-processor."}"#

    /// The client's own id of it.
    static func incident(_ fixture: GatewayFixture, _ client: String, nature: String = "A bucket stood open.")
        async throws
        -> UUID
    {
        let now = Date()
        let (incident, notice) = (UUID.version7(at: now), UUID.version7(at: now))
        var content = NoticeContent(
            .first,
            number: 1,
            nature: nature,
            categories: ["email"],
            risk: .high,
            discoveredAt: now.addingTimeInterval(-7_200),
            awareAt: now.addingTimeInterval(-3_600)
        )
        content.subjectsApprox = 12
        let stored = content.stored
        let made = BreachContentRecord(
            content,
            digest: Hex.text(SHA256.hash(data: stored)),
            of: notice,
            clientID: client,
            phase: 1,
            at: now
        )
        var secrets = SecretWrites(lookupKeyID: "")
        secrets.add(
            event: made.id,
            about: notice,
            type: BreachContentRecord.eventType,
            receivedAt: now,
            secret: try SealedPayload(sealing: stored, for: made.id, with: fixture.ring)
        )
        let record = IncidentRecord(
            id: incident,
            publisherID: "desk",
            incidentRef: "INC-\(client)",
            risk: "high",
            discoveredAt: now.addingTimeInterval(-7_200),
            awareAt: now.addingTimeInterval(-3_600),
            receivedAt: now
        )
        let words = secrets.statements
        try await fixture.owner.withConnection { connection in
            _ = try await connection.pipeline(
                [record.upsert, caseFile(notice, client, "breach_notice")]
                    + [
                        BreachNoticeRecord.insert([
                            BreachNoticeRecord(caseID: notice, clientID: client, incidentID: incident, phases: 1)
                        ]), BreachContentRecord.insert([made]),
                    ] + words
            )
        }
        return notice
    }

    /// The client's own id of it.
    static func change(_ fixture: GatewayFixture, _ client: String, until: Date? = Date(timeIntervalSinceNow: 86_400))
        async throws -> UUID
    {
        let now = Date()
        let (announcement, notice) = (UUID.version7(at: now), UUID.version7(at: now))
        let words = AnnouncementWords(
            english: .init(title: "A new sub-processor", text: "From May on we use Globex Mail.")
        )
        var secrets = SecretWrites(lookupKeyID: "")
        secrets.add(
            event: announcement,
            about: announcement,
            type: "habeas.announcement.v1",
            receivedAt: now,
            secret: try SealedPayload(sealing: words.stored, for: announcement, with: fixture.ring)
        )
        let statements = secrets.statements
        try await fixture.owner.withConnection { connection in
            _ = try await connection.pipeline(
                [
                    """
                    INSERT INTO habeas.announcement (id, kind, publisher_id, effective_on, digest, announced_at, fingerprint)
                    VALUES (\(announcement), \(AnnouncementKind.allCases[0].rawValue), 'desk', '2027-05-01', 'd', \(now), \(Array(announcement.uuidString.utf8)))
                    """, caseFile(notice, client, "announcement"),
                    """
                    INSERT INTO habeas.announcement_notice (case_id, client_id, announcement_id, told_at, objections_until)
                    VALUES (\(notice), \(client), \(announcement), \(until.map { _ in now }), \(until))
                    """,
                ] + statements
            )
        }
        return notice
    }

    private static func caseFile(_ id: UUID, _ client: String, _ kind: String) -> SQL {
        """
        INSERT INTO habeas.case_file (id, client_id, kind, lane, role, regulation, profile, state, state_since, queue, publisher_id,
          anchor_at, received_at)
        VALUES (\(id), \(client), \(kind), 'notice', 'processor', 'gdpr', 'default', 'in_progress', now(), 'habeas.breach', 'desk', now(), now())
        """
    }
}
