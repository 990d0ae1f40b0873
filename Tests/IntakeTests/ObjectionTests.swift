import AMQP
import Fleet
import Foundation
import Intake
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("Objections to what clients were told of", .database)
struct ObjectionTests {
    private static let effective = CivilDate(dayNumber: 22_000)

    /// A change that `acme` and `globex` were told of; answers its id and the cases by client.
    private func announce(
        _ fixture: IntakeFixture,
        until: Date? = Date(timeIntervalSinceNow: 86_400)
    ) async throws -> (UUID, [String: UUID]) {
        let now = Date()
        let announcement = AnnouncementRecord(
            .other,
            about: .none,
            publisherID: "desk",
            effectiveOn: Place.unknown.day(of: now).adding(days: 60),
            windowDays: nil,
            clients: [],
            digest: "00",
            at: now
        )
        var files = CaseFileWrites()
        var notices: [AnnouncementNoticeRecord] = []
        for client in ["acme", "globex"].compactMap(fixture.registry.current.client) {
            let record = CaseFileRecord(
                id: UUID.version7(at: now),
                opening: CaseOpening(announcementTo: client, effectiveOn: Self.effective, receivedAt: now),
                client: client,
                profile: .standard(named: "kustomer"),
                publisherID: "desk",
                requestRef: nil,
                subjectIndex: 0,
                groupID: nil,
                reference: nil,
                receivedAt: now
            )
            files.open(record)
            var notice = AnnouncementNoticeRecord(
                caseID: record.id,
                clientID: client.id,
                announcementID: announcement.id
            )
            notice.toldAt = until == nil ? nil : now
            notice.objectionsUntil = until
            notices.append(notice)
        }
        let statements =
            files.statements + [
                announcement.insert, AnnouncementNoticeRecord.insert(notices), AnnouncementNoticeRecord.update(notices),
            ]
        try await fixture.owner.withConnection { connection in
            try await connection.transaction { _ = try await $0.pipeline(statements) }
        }
        return (announcement.id, Dictionary(uniqueKeysWithValues: notices.map { ($0.clientID, $0.caseID) }))
    }

    private static func objection(_ notice: UUID, _ client: String = "acme") -> Delivery {
        let id = notice.uuidString.lowercased()
        return IntakeFixture.event(
            "objection.received",
            data: #"{"notice":"\#(id)","client":"\#(client)","by":"dana","text":"We object."}"#
        )
    }

    private func faults(_ fixture: IntakeFixture) async throws -> [String] {
        try await fixture.text("SELECT field || ' ' || fault FROM habeas.parked_message ORDER BY received_at, id")
    }

    private static let reviews: SQL = "SELECT kind FROM habeas.review"

    @Test("K20: one within the window is a fact of the client's case, its words sealed there, and a person is called")
    func recorded() async throws {
        try await IntakeFixture.with { fixture in
            let (_, cases) = try await announce(fixture)
            let acme = try #require(cases["acme"])
            _ = try await fixture.deliver([Self.objection(acme)])
            #expect(try await faults(fixture).isEmpty)
            let facts = try await fixture.text("SELECT fact FROM habeas.evidence WHERE chain_id = \(acme)")
            #expect(facts == ["objection.received"])
            #expect(try await fixture.text(Self.reviews) == ["objection"])
            #expect(
                try await fixture.count(
                    """
                    SELECT count(*) FROM habeas.announcement_objection o JOIN habeas.event_secret e ON e.id = o.id
                     WHERE o.case_id = \(acme) AND e.subject_id = \(acme) AND o.client_id = 'acme'
                    """
                ) == 1
            )
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.deadline WHERE subject_id = \(acme) AND clock = 'review'"
                ) == 1
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("K20: a second one is recorded as well, in the same batch or later, and calls nobody again")
    func twice() async throws {
        try await IntakeFixture.with { fixture in
            let (announcement, cases) = try await announce(fixture)
            let acme = try #require(cases["acme"])
            _ = try await fixture.deliver([Self.objection(acme), Self.objection(announcement)])
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.review SET settled_at = now(), verdict = 'denied', reason = 'x'")
            }
            _ = try await fixture.deliver([Self.objection(acme)])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.announcement_objection") == 3)
            #expect(try await fixture.text(Self.reviews) == ["objection"])
            let repeated = Self.objection(acme)
            _ = try await fixture.deliver([repeated])
            _ = try await fixture.deliver([repeated])
            let kept = try await fixture.count("SELECT count(*) FROM habeas.announcement_objection")
            #expect(kept == 4, "the same event once")
            #expect(try await faults(fixture).isEmpty)
        }
    }

    @Test("K20: one after the window is refused with field, fault and remedy")
    func late() async throws {
        try await IntakeFixture.with { fixture in
            let (_, cases) = try await announce(fixture, until: Date(timeIntervalSinceNow: -60))
            let outgoing = try await fixture.deliver([Self.objection(try #require(cases["acme"]))])
            #expect(try await faults(fixture) == ["data.notice window_over"])
            let answer = try #require(outgoing.first { $0.messageType == "io.habeas.event.rejected.v1" })
            #expect(String(decoding: answer.body, as: UTF8.self).contains("The time for objections ended at"))
            #expect(try await fixture.count("SELECT count(*) FROM habeas.announcement_objection") == 0)
        }
    }

    @Test("K20: one from a client that our notice has not reached yet counts")
    func early() async throws {
        try await IntakeFixture.with { fixture in
            let (_, cases) = try await announce(fixture, until: nil)
            _ = try await fixture.deliver([Self.objection(try #require(cases["acme"]))])
            #expect(try await faults(fixture).isEmpty)
            #expect(try await fixture.text(Self.reviews) == ["objection"])
        }
    }

    @Test("K20: nobody objects under another client's notice, nor under one that was closed, nor under none")
    func strange() async throws {
        try await IntakeFixture.with { fixture in
            let (_, cases) = try await announce(fixture)
            let (acme, globex) = (try #require(cases["acme"]), try #require(cases["globex"]))
            _ = try await fixture.deliver([Self.objection(globex)])
            _ = try await fixture.deliver([Self.objection(UUID())])
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.case_file SET state = 'fulfilled' WHERE id = \(acme)")
            }
            _ = try await fixture.deliver([Self.objection(acme)])
            _ = try await fixture.deliver([Self.objection(acme, "hidden")])
            #expect(
                try await faults(fixture) == [
                    "data.notice unknown_notice", "data.notice unknown_notice", "data.notice case_closed",
                    "data.client unknown_client",
                ]
            )
        }
    }
}
