import Breach
import FanOutKit
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("A change, announced to the clients", .database, .enabled(if: MailSink.isInstalled, "needs python3-aiosmtpd"))
struct AnnouncementFlowTests {
    @Test(
        "K20, C12: each client is told in its language over its channels, the publisher hears of it, the window begins"
    )
    func told() async throws {
        try await BreachFixture.with(
            [
                """
                id: mailer
                title: Mailer
                kind: subprocessor
                company: Example Mail Ltd
                service: delivers mail
                region: IE
                agreed_on: 2026-01-01
                connector:
                  kind: manual
                """
            ]
        ) { fixture in
            let peers = fixture.peers
            try await fixture.register([
                ("north", [peers.hook(200)]), ("south", [peers.post("privacy@south.example")]),
                ("quiet", [peers.hook(200)]),
            ])
            try await fixture.write("north", in: "de-AT")
            try await fixture.write("south", in: "fr")
            let id = try await fixture.announce(.newSubprocessor, .system("mailer"), to: ["north", "south"])
            let (north, south) = (try await fixture.told("north", of: id), try await fixture.told("south", of: id))
            #expect(try await fixture.effects(north) == ["announcement 1 hook done"])
            #expect(try await fixture.effects(south) == ["announcement 1 post done"])

            let call = try #require(peers.calls.first)
            #expect(peers.calls.count == 1 && call["type"] as? String == "io.habeas.notice.sent.v1")
            let data = try #require(call["data"] as? [String: Any])
            #expect(data["notice"] as? String == north.uuidString.lowercased(), "no id that another client has, too")
            #expect(data["client"] as? String == "north" && data["kind"] as? String == "new_subprocessor")
            #expect(data["effective_on"] as? String == fixture.day(60).description)
            let announcement = try #require(data["announcement"] as? [String: Any])
            #expect(announcement["title"] as? String == "Änderung 7731" && announcement["locale"] as? String == "de")
            #expect(announcement["subprocessor"] as? String == "Example Mail Ltd")
            let readable = try #require((announcement["readable"] as? [String: Any])?["text"] as? String)
            for words in ["Unterauftragsverarbeiter: Example Mail Ltd", "Zweiter Absatz.", "Wirksam ab"] {
                #expect(readable.contains(words), "\(words)")
            }
            let mail = try #require(await peers.sink.mails(1).first)
            #expect(mail.recipients == ["privacy@south.example"])
            let letter = String(decoding: mail.message.flatMap { Data(base64Encoded: $0) } ?? Data(), as: UTF8.self)
            #expect(letter.contains("If you do not agree"), "nobody has written it in French: all is in English")

            #expect(try await fixture.clock("objection", of: north) == "open")
            #expect(
                try await fixture.text(
                    """
                    SELECT d ->> 'client' || ' ' || (d ->> 'channel') || ' ' || (d ->> 'notice' = subject_id::text)::text
                           || ' ' || ((d ->> 'objections_until')::timestamptz = n.objections_until)::text
                      FROM (SELECT subject_id, convert_from(body, 'UTF8')::jsonb -> 'data' AS d FROM habeas.outbox
                             WHERE routing_key = 'publisher.desk.io.habeas.notice.sent.v1') AS o
                      JOIN habeas.announcement_notice n ON n.case_id = o.subject_id ORDER BY 1
                    """
                ) == ["north hook true true", "south post true true"]
            )
            #expect(try await fixture.facts(north).prefix(1) == ["notice.opened"])
            #expect(try await fixture.facts(north).contains("notice.told"))
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("K20: all clients are meant where none is named, but those whose contract has ended and whose data are gone")
    func everybody() async throws {
        try await BreachFixture.with { fixture in
            try await fixture.register([("north", [fixture.peers.hook(200)])])
            let time = EventTime.text(Date(timeIntervalSinceNow: -60))
            for client in ["globex", "acme"] {
                try await fixture.publish(
                    "client.terminated",
                    #"{"client":"\#(client)","terminated_at":"\#(time)","mode":"erase","requested_by":"dana"}"#
                )
            }
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.case_file SET state = 'fulfilled' WHERE client_id = 'globex'")
            }
            let id = try await fixture.announce()
            #expect(
                try await fixture.text(
                    "SELECT client_id FROM habeas.announcement_notice WHERE announcement_id = \(id) ORDER BY 1"
                ) == ["acme", "initech", "north"]
            )
        }
    }

    @Test("K20, C12: a client that has not been told warns before the change takes effect, and when it does")
    func atRisk() async throws {
        try await BreachFixture.with { fixture in
            try await fixture.register([("north", [fixture.peers.hook(200)]), ("mute", [])])
            let id = try await fixture.announce(to: ["north", "mute"])
            let (north, mute) = (try await fixture.told("north", of: id), try await fixture.told("mute", of: id))
            #expect(try await fixture.clock("announce", of: north) == "met")
            #expect(try await fixture.clock("announce", of: mute) == "open")
            try await fixture.goAhead(days: 57)
            #expect(try await fixture.facts(mute).contains("deadline.at_risk"))
            #expect(try await !fixture.facts(north).contains("deadline.at_risk"))
            try await fixture.goAhead(days: 5)
            #expect(try await fixture.clock("announce", of: mute) == "missed")
            #expect(try await fixture.facts(mute).contains("deadline.missed"))
            #expect(
                try await fixture.text(
                    """
                    SELECT d ->> 'clock' || ' ' || (d ->> 'article') || ' ' || (d ->> 'missed')
                      FROM (SELECT id, convert_from(body, 'UTF8')::jsonb -> 'data' AS d FROM habeas.outbox
                             WHERE subject_id = \(mute) AND routing_key = 'publisher.desk.io.habeas.deadline.at_risk.v1') AS o
                     WHERE d ->> 'clock' = 'announce' ORDER BY id
                    """
                ) == ["announce GDPR Art. 28(2); K20, C12 false", "announce GDPR Art. 28(2); K20, C12 true"]
            )
        }
    }

    @Test(
        "K20: when the first channel fails, the next one is used; where none takes it a person is called, whose word begins the window"
    )
    func fallback() async throws {
        try await BreachFixture.with { fixture in
            let peers = fixture.peers
            try await fixture.register([
                ("limping", [peers.hook(500), peers.post("privacy@limping.example")]), ("mute", []), ("lost", []),
            ])
            let id = try await fixture.announce(to: ["limping", "mute", "lost"])
            let limping = try await fixture.told("limping", of: id)
            #expect(
                try await fixture.effects(limping) == ["announcement 1 hook cancelled", "announcement 1 post done"]
            )
            let (mute, lost) = (try await fixture.told("mute", of: id), try await fixture.told("lost", of: id))
            #expect(try await fixture.reviews(mute) == ["announcement_unreached open"])
            #expect(try await fixture.clock("objection", of: mute) == "", "an attempt begins no window")
            try await fixture.goAhead(days: 10)
            try await fixture.say("confirmed", .announcementUnreached, of: mute)
            #expect(try await fixture.clock("objection", of: mute) == "open")
            try await fixture.goAhead(days: 25)
            #expect(try await fixture.state(limping) == "fulfilled")
            #expect(try await fixture.state(mute) == "in_progress", "it has its whole window")
            try await fixture.goAhead(days: 10)
            #expect(try await fixture.state(mute) == "fulfilled")
            try await fixture.say("denied", .announcementUnreached, of: lost)
            #expect(try await fixture.state(lost) == "partly_fulfilled")
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("K20: the end of the window ends the case, and that nobody objected is a fact")
    func unopposed() async throws {
        try await BreachFixture.with { fixture in
            try await fixture.register([("north", [fixture.peers.hook(200)])])
            let id = try await fixture.told("north", of: try await fixture.announce(window: 5, to: ["north"]))
            try await fixture.goAhead(days: 4)
            #expect(try await fixture.state(id) == "in_progress")
            try await fixture.goAhead(days: 2)
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.facts(id).suffix(2) == ["notice.unopposed", "notice.ended"])
            #expect(try await fixture.clock("objection", of: id) == "met")
        }
    }

    @Test(
        "K20: an objection is on record, calls a person once, and the case waits for their word; after the window it is refused"
    )
    func objections() async throws {
        try await BreachFixture.with { fixture in
            try await fixture.register([("north", [fixture.peers.hook(200)]), ("south", [fixture.peers.hook(200)])])
            let announcement = try await fixture.announce(window: 5, to: ["north", "south"])
            let id = try await fixture.told("north", of: announcement)
            try await fixture.object("north", to: id)
            // The announcement's own id means the same.
            try await fixture.object("north", to: announcement)
            #expect(try await fixture.reviews(id) == ["objection open"])
            #expect(try await fixture.facts(id).count { $0 == "objection.received" } == 2)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.announcement_objection") == 2)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.event_secret WHERE subject_id = \(id)") == 2)
            try await fixture.goAhead(days: 7)
            #expect(try await fixture.state(id) == "in_progress", "a person has not settled it")
            try await fixture.object("north", to: id)
            let south = try await fixture.told("south", of: announcement)
            try await fixture.object("south", to: south)
            // Another client's notice is nobody's.
            try await fixture.object("acme", to: id)
            #expect(
                try await fixture.text(
                    "SELECT field || ' ' || fault FROM habeas.parked_message ORDER BY received_at, id"
                ) == ["data.notice window_over", "data.notice window_over", "data.notice unknown_notice"]
            )
            try await fixture.say("confirmed", .objection, of: id)
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.facts(id).contains("notice.unopposed") == false)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("no word of an announcement, nor of who objects and why, lies readable in the database or in a message")
    func sealed() async throws {
        try await BreachFixture.with { fixture in
            try await fixture.register([("north", [fixture.peers.hook(200)])])
            let announcement = try await fixture.announce(to: ["north"])
            try await fixture.object("north", to: announcement)
            let tables = try await fixture.text(
                "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'habeas'::regnamespace AND c.relkind IN ('r', 'p')"
            )
            for table in tables {
                let found = try await fixture.count(
                    "SELECT count(*) FROM habeas.\(identifier: table) t WHERE t::text ~* 'canary|7731'"
                )
                #expect(found == 0, "\(table)")
            }
            let bodies = try await fixture.count(
                "SELECT count(*) FROM habeas.outbox WHERE convert_from(body, 'UTF8') ~* 'canary|change 7731'"
            )
            #expect(bodies == 0)
        }
    }

    @Test("K20: twelve hundred clients are brought to cases by several workers at once, each to one")
    func spread() async throws {
        try await BreachFixture.with { fixture in
            let names = (0..<1_200).map { "c\($0)" }
            try await fixture.register(names.map { ($0, []) })
            let id = try await fixture.announce(to: names, settling: false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        while true {
                            do { return try await fixture.wake(id) } catch let error as PostgresError
                                where error.sqlState == .serializationFailure || error.sqlState == .deadlockDetected
                            {
                                continue
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.count("SELECT count(*) FROM habeas.announcement_notice") == 1_200)
            let cases = try await fixture.count("SELECT count(*) FROM habeas.case_file WHERE kind = 'announcement'")
            #expect(cases == 1_200)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.announcement WHERE spread_at IS NULL") == 0)
        }
    }
}

extension FanOutBench where Planner == NoticePlanner, Performer == BreachPerformer, Peers == Receivers {
    /// So many days from now.
    fileprivate func day(_ days: Int) -> CivilDate { Place.unknown.day(of: Date()).adding(days: days) }

    /// Writes a client's language into its row.
    fileprivate func write(_ client: String, in locale: String) async throws {
        _ = try await owner.withConnection {
            try await $0.query("UPDATE habeas.client SET locale = \(locale) WHERE id = \(client)")
        }
    }

    /// Writes an announcement as `habeas notices send` does, and has it brought to its clients.
    fileprivate func announce(
        _ kind: AnnouncementKind = .other,
        _ matter: AnnouncementRecord.Matter = .none,
        window: Int? = nil,
        to clients: [String] = [],
        settling: Bool = true
    ) async throws -> UUID {
        let words = AnnouncementWords(
            english: .init(title: "Change 7731", text: "A canary change.\n\nSecond paragraph."),
            others: ["de": .init(title: "Änderung 7731", text: "Erster Absatz.\n\nZweiter Absatz.")]
        ).stored
        let record = AnnouncementRecord(
            kind,
            about: matter,
            publisherID: "desk",
            effectiveOn: day(60),
            windowDays: window,
            clients: clients,
            digest: "00",
            at: Date()
        )
        var secrets = SecretWrites(lookupKeyID: "")
        secrets.add(
            event: record.id,
            about: record.id,
            type: AnnouncementRecord.eventType,
            receivedAt: Date(),
            secret: try SealedPayload(sealing: words, for: record.id, with: ring)
        )
        let statements = [record.insert] + secrets.statements
        try await owner.withConnection { connection in
            try await connection.transaction { _ = try await $0.pipeline(statements) }
        }
        guard settling else { return record.id }
        try await wake(record.id)
        try await settle()
        return record.id
    }

    /// The case under which a client is told.
    fileprivate func told(_ client: String, of announcement: UUID) async throws -> UUID {
        try #require(
            try await ids(
                "SELECT case_id FROM habeas.announcement_notice WHERE announcement_id = \(announcement) AND client_id = \(client)"
            ).first
        )
    }

    fileprivate func object(_ client: String, to notice: UUID) async throws {
        try await publish(
            "objection.received",
            #"{"notice":"\#(notice.uuidString.lowercased())","client":"\#(client)","by":"Canary Person","text":"canary words"}"#
        )
        try await settle()
    }
}
