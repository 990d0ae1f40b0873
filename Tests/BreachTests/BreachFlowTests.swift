import Breach
import FanOutKit
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite("An incident, brought to its clients", .database, .enabled(if: MailSink.isInstalled, "needs python3-aiosmtpd"))
struct BreachFlowTests {
    @Test("G9, N6: each affected client is told its own part, nobody else hears of it, and its own time begins")
    func told() async throws {
        try await BreachFixture.with { fixture in
            let peers = fixture.peers
            try await fixture.register([
                ("north", [peers.hook(200)]), ("south", [peers.post("privacy@south.example")]),
                ("quiet", [peers.hook(200)]),
            ])
            let incident = try await fixture.report(
                affected:
                    #"{"client":"north","subjects_approx":1234},{"client":"south","subjects_approx":5678,"records_approx":9012}"#
            )
            try await fixture.settle()
            let (north, south) = (try await fixture.notice("north"), try await fixture.notice("south"))
            #expect(try await fixture.effects(north) == ["breach.notice 1 hook done"])
            #expect(try await fixture.effects(south) == ["breach.notice 1 post done"])
            let call = try #require(peers.calls.first { $0["type"] as? String == "io.habeas.incident.notified.v1" })
            let data = try #require(call["data"] as? [String: Any])
            #expect(data["client"] as? String == "north")
            #expect(data["incident"] as? String == north.uuidString.lowercased(), "no id that another client has, too")
            #expect(
                data["acknowledge_url"] as? String
                    == "https://privacy.vendor.example/v1/incidents/\(north.uuidString.lowercased())/ack"
            )
            let notice = try #require(data["notice"] as? [String: Any])
            #expect(notice["subjects_approx"] as? Int == 1_234)
            #expect(
                (notice["drafts"] as? [[String: Any]])?.compactMap { $0["article"] as? String } == [
                    "GDPR Art. 33(3)", "GDPR Art. 34",
                ]
            )
            let readable = try #require((notice["readable"] as? [String: Any])?["text"] as? String)
            #expect(readable.contains("1234"))
            for text in [readable, "\(data)"] { #expect(!text.contains("5678") && !text.contains("South")) }
            let mail = try #require(await peers.sink.mails(1).first)
            #expect(mail.recipients == ["privacy@south.example"])
            #expect(peers.calls.count == 1, "quiet is not affected")
            #expect(try await fixture.clock("notify_clients", of: north) == "met")
            #expect(try await fixture.clock("authority_72h", of: north) == "open")
            #expect(try await fixture.clock("acknowledgement", of: north) == "open")
            #expect(try await fixture.clock("notify_clients", of: incident) == "met")
            #expect(
                try await fixture.text(
                    """
                    SELECT convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'client' FROM habeas.outbox
                     WHERE routing_key = 'publisher.desk.io.habeas.incident.notified.v1' ORDER BY 1
                    """
                ) == ["north", "south"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G9: when the first channel fails, the next one is used at once; where none takes it a person is called")
    func fallback() async throws {
        try await BreachFixture.with { fixture in
            let peers = fixture.peers
            try await fixture.register([
                ("limping", [peers.hook(500), peers.post("privacy@limping.example")]),
                ("gone", [peers.hook(500), peers.post("gone@gone.example")]),
            ])
            _ = try await fixture.report(affected: #"{"client":"limping"},{"client":"gone"}"#)
            try await fixture.settle()
            let limping = try await fixture.notice("limping")
            #expect(
                try await fixture.effects(limping) == ["breach.notice 1 hook cancelled", "breach.notice 1 post done"]
            )
            let gone = try await fixture.notice("gone")
            #expect(try await fixture.effects(gone).last == "breach.notice 1 post parked")
            for _ in 0..<4 { try await fixture.hurry() }
            #expect(try await fixture.reviews(gone) == ["breach_unreached open"])
            #expect(try await fixture.clock("authority_72h", of: gone) == "", "an attempt begins nobody's time")
            try await fixture.say("confirmed", .breachUnreached, of: gone)
            #expect(try await fixture.clock("authority_72h", of: gone) == "open")
            #expect(try await fixture.effects(gone).first == "breach.notice 1 hook cancelled")
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test(
        "G9: a silent client is told again, twice, over its channels in turn; then a person is called; an acknowledgement ends it"
    )
    func acknowledgement() async throws {
        try await BreachFixture.with { fixture in
            let peers = fixture.peers
            let channels = [peers.hook(200), peers.post("privacy@client.example")]
            try await fixture.register([("silent", channels), ("prompt", channels)])
            _ = try await fixture.report(affected: #"{"client":"silent"},{"client":"prompt"}"#)
            try await fixture.settle()
            try await fixture.publish(
                "breach.acknowledged",
                #"{"incident_ref":"I-1","client":"prompt","by":"Ada Example","at":"\#(EventTime.text(Date()))"}"#
            )
            try await fixture.settle()
            let prompt = try await fixture.notice("prompt")
            #expect(try await fixture.facts(prompt).contains("notice.acknowledged"))
            #expect(try await fixture.clock("acknowledgement", of: prompt) == "met")
            for _ in 0..<4 { try await fixture.goAhead(hours: 5) }
            let silent = try await fixture.notice("silent")
            #expect(
                try await fixture.effects(silent) == [
                    "breach.notice 1 hook done", "breach.reminder 1 post done", "breach.reminder 1 hook done",
                ]
            )
            #expect(try await fixture.reviews(silent) == ["breach_silent open"])
            #expect(try await fixture.effects(prompt) == ["breach.notice 1 hook done"])
            try await fixture.say("confirmed", .breachSilent, of: silent)
            #expect(try await fixture.reviews(silent) == ["breach_silent confirmed"])
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.evidence WHERE body LIKE '%Ada Example%'") == 0,
                "who it was lies sealed"
            )
        }
    }

    @Test(
        "G9: a phase tells those told before what has changed for them, and new ones all of it; who has nothing new is left alone"
    )
    func phases() async throws {
        try await BreachFixture.with { fixture in
            let hook = [fixture.peers.hook(200)]
            try await fixture.register([("first", hook), ("second", hook), ("third", hook), ("fourth", hook)])
            _ = try await fixture.report(affected: #"{"client":"first","subjects_approx":5},{"client":"second"}"#)
            try await fixture.settle()
            try await fixture.publish(
                "breach.updated",
                #"{"incident_ref":"I-1","phase":2,"affected":[{"client":"third"},{"client":"first","subjects_approx":6}]}"#
            )
            try await fixture.settle()
            #expect(
                try await fixture.effects(try await fixture.notice("first")) == [
                    "breach.notice 1 hook done", "breach.notice 2 hook done",
                ]
            )
            #expect(try await fixture.effects(try await fixture.notice("second")) == ["breach.notice 1 hook done"])
            #expect(try await fixture.effects(try await fixture.notice("third")) == ["breach.notice 1 hook done"])
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":2,"measures":"Closed."}"#)
            try await fixture.settle()
            #expect(
                try await fixture.text("SELECT field || ' ' || fault FROM habeas.parked_message") == [
                    "data.phase reference_taken"
                ],
                "what was told under a number is never changed"
            )
            // One phase overtakes another on its way: nothing of either is lost.
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":4,"measures":"Closed."}"#)
            try await fixture.settle()
            try await fixture.publish(
                "breach.updated",
                #"{"incident_ref":"I-1","phase":3,"affected":[{"client":"fourth"}],"measures":"Late."}"#
            )
            try await fixture.settle()
            #expect(try await fixture.effects(try await fixture.notice("fourth")) == ["breach.notice 1 hook done"])
            #expect(
                try await fixture.effects(try await fixture.notice("second")) == [
                    "breach.notice 1 hook done", "breach.notice 2 hook done",
                ]
            )
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":5,"false_alarm":true}"#)
            try await fixture.settle()
            let third = try await fixture.notice("third")
            #expect(
                try await fixture.effects(third) == [
                    "breach.notice 1 hook done", "breach.notice 2 hook done", "breach.notice 3 hook done",
                ]
            )
            #expect(try await fixture.state(third) == "fulfilled")
            let last = try #require(fixture.peers.calls.last?["data"] as? [String: Any])
            #expect(last["kind"] as? String == "withdrawn")
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("N3: an incident of a thousand clients is spread by several at once, each client gets one case and one text")
    func spread() async throws {
        try await BreachFixture.with { fixture in
            let hook = [fixture.peers.hook(200)]
            let names = (0..<1_000).map { "c\($0)" }
            try await fixture.register(names.map { ($0, hook) })
            let incident = try await fixture.report(
                affected: names.map { #"{"client":"\#($0)"}"# }.joined(separator: ",")
            )
            try await fixture.wake(incident, copies: 3)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_notice") == 1_000)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_content") == 1_000)
            #expect(try await fixture.facts(incident) == ["incident.opened", "incident.spread"])
        }
    }

    @Test("G13: data that the vendor itself controls open its own clock, which no notice to a client stops")
    func ownData() async throws {
        try await BreachFixture.with { fixture in
            try await fixture.register([("north", [fixture.peers.hook(200)])])
            let incident = try await fixture.report(
                affected: #"{"client":"north"}"#,
                more: #","own_data":{"subjects_approx":40,"categories":["agents"]}"#
            )
            try await fixture.settle()
            #expect(try await fixture.clock("own_authority", of: incident) == "open")
            try await fixture.goAhead(days: 4)
            #expect(try await fixture.clock("own_authority", of: incident) == "missed")
            #expect(try await fixture.facts(incident).contains("deadline.missed"))
        }
    }

    @Test("no word of an incident, nor a name in it, lies readable in the database or in a message")
    func sealed() async throws {
        try await BreachFixture.with { fixture in
            try await fixture.register([("north", [fixture.peers.hook(200)])])
            _ = try await fixture.report(
                affected: #"{"client":"north"}"#,
                more:
                    #","contact":{"email":"canary-7731@vendor.example","name":"Canary Person"},"measures":"canary-measure-7731""#
            )
            try await fixture.settle()
            let tables = try await fixture.text(
                "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'habeas'::regnamespace AND c.relkind IN ('r', 'p')"
            )
            for table in tables {
                let found = try await fixture.count(
                    "SELECT count(*) FROM habeas.\(identifier: table) t WHERE t::text ~* 'canary' OR t::text ILIKE '%bucket was%'"
                )
                #expect(found == 0, "\(table)")
            }
        }
    }

    @Test(
        "K15: where the vendor is no agent of a covered entity its sixty days begin with our notice, and the letter says so"
    )
    func agent() async throws {
        try await BreachFixture.with { fixture in
            let peers = fixture.peers
            try await fixture.register(
                [("agent", [peers.hook(200)]), ("other", [peers.hook(200)])],
                country: "US-NY",
                baa: true
            )
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.client SET hipaa_agent = false WHERE id = 'other'")
            }
            _ = try await fixture.report(
                affected: #"{"client":"agent"},{"client":"other"}"#,
                aware: Date(timeIntervalSinceNow: -20 * 86_400)
            )
            try await fixture.settle()
            let rules = try await fixture.text(
                """
                SELECT d.client_id || ' ' || d.rule || ' ' || CASE WHEN d.anchor_at < now() - interval '1 day' THEN 'discovered' ELSE 'told' END
                  FROM habeas.deadline d WHERE d.clock = 'individuals' ORDER BY 1
                """
            )
            #expect(
                rules == [
                    "agent hipaa.breach_individuals discovered", "other hipaa.breach_individuals_told told",
                ]
            )
            let letters = peers.calls.compactMap { call -> (String, String)? in
                guard let data = call["data"] as? [String: Any], let client = data["client"] as? String,
                    let notice = data["notice"] as? [String: Any],
                    let text = (notice["readable"] as? [String: Any])?["text"] as? String
                else { return nil }
                return (client, text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
            }
            #expect(letters.first { $0.0 == "agent" }?.1.contains("We act as your agent") == true)
            #expect(letters.first { $0.0 == "other" }?.1.contains("We act as your agent") == false)
            #expect(letters.first { $0.0 == "other" }?.1.contains("the first message of ours that reaches you") == true)
        }
    }
}
