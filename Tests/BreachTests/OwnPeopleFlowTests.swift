import Breach
import FanOutKit
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@Suite(
    "People whose data are the vendor's own",
    .database,
    .enabled(if: MailSink.isInstalled, "needs python3-aiosmtpd")
)
struct OwnPeopleFlowTests {
    @Test("G13: after the decision each person with an address is told once, in their language, and no client is named")
    func told() async throws {
        try await BreachFixture.with { fixture in
            try await fixture.register([("north", [fixture.peers.hook(200)])])
            let incident = try await fixture.report(
                affected: #"{"client":"north","subjects_approx":5678}"#,
                more: try fixture.own(
                    """
                    [{"identities":[{"type":"email","value":"Ann@people.example"}],"contact":{"name":"Ann Canary","locale":"de"}},
                     {"type":"email","value":"bob@people.example"},{"type":"email","value":"ann@people.example"},
                     {"type":"phone","value":"+4930123456"}]
                    """
                )
            )
            try await fixture.settle()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_person") == 0, "nobody has decided")
            #expect(fixture.peers.sink.events("mail").isEmpty)
            try await fixture.decide(incident, individuals: true)
            let mails = await fixture.peers.sink.mails(2)
            #expect(Set(mails.compactMap { $0.recipients?.first }) == ["ann@people.example", "bob@people.example"])
            let letters = mails.map { mail in
                String(decoding: mail.message.flatMap { Data(base64Encoded: $0) } ?? Data(), as: UTF8.self)
            }
            #expect(letters.count { $0.contains("Content-Language: de") } == 1)
            for letter in letters { #expect(!letter.contains("North") && !letter.contains("5678")) }
            #expect(
                try await fixture.text(
                    "SELECT kind || ' ' || target_id || ' ' || state FROM habeas.effect WHERE kind = 'breach.person'"
                ) == ["breach.person people:mail done", "breach.person people:mail done"]
            )
            #expect(
                try await fixture.text(
                    "SELECT named || ' ' || unaddressed || ' ' || unreadable FROM habeas.own_people"
                ) == ["3 1 0"]
            )
            #expect(try await fixture.calls(incident) == ["people_unreached open"], "one has no address")
            for id in try await fixture.ids("SELECT case_id FROM habeas.breach_person") {
                #expect(try await fixture.state(id) == "fulfilled")
                #expect(
                    try await fixture.facts(id) == [
                        "notice.opened", "effect.planned", "effect.done", "notice.told", "notice.ended",
                    ]
                )
                #expect(try await fixture.clock("retention", of: id) == "open")
            }
            // Said again, and woken again, nobody hears of it twice; whom a later phase names is told, too.
            try await fixture.decide(incident, individuals: true)
            let more = try fixture.own(
                #"[{"type":"email","value":"bob@people.example"},{"type":"email","value":"eve@people.example"}]"#
            )
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":2\#(more)}"#)
            try await fixture.settle()
            let all = await fixture.peers.sink.mails(3)
            #expect(all.count == 3 && all.compactMap { $0.recipients?.first }.count { $0 == "bob@people.example" } == 1)
            #expect(
                try await fixture.facts(incident).filter { $0 == "incident.people_named" }.count == 2
            )
            let tables = try await fixture.text(
                "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'habeas'::regnamespace AND c.relkind IN ('r', 'p')"
            )
            for table in tables {
                let found = try await fixture.count(
                    "SELECT count(*) FROM habeas.\(identifier: table) t WHERE t::text ~* 'canary|people\\.example'"
                )
                #expect(found == 0, "\(table)")
            }
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test(
        "G13: a false alarm, or another decision, stops what has not left, and an address that takes no mail calls a person"
    )
    func stopped() async throws {
        try await BreachFixture.with { fixture in
            let incident = try await fixture.report(
                affected: #"{"client":"acme"}"#,
                more: try fixture.own(
                    #"[{"type":"email","value":"ann@people.example"},{"type":"email","value":"gone@people.example"}]"#
                )
            )
            try await fixture.settle()
            try await fixture.decide(incident, individuals: true, performing: false)
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.effect WHERE kind = 'breach.person' AND state IN ('planned', 'released')"
                ) == 2
            )
            try await fixture.decide(incident, individuals: false)
            #expect(fixture.peers.sink.events("mail").isEmpty)
            #expect(
                try await fixture.text("SELECT DISTINCT state FROM habeas.effect WHERE kind = 'breach.person'") == [
                    "cancelled"
                ]
            )
            #expect(
                try await fixture.text("SELECT DISTINCT state FROM habeas.case_file WHERE kind = 'personal_notice'")
                    == ["partly_fulfilled"]
            )
            let other = try await fixture.report(
                "I-2",
                more: try fixture.own(#"[{"type":"email","value":"gone@people.example"}]"#)
            )
            try await fixture.settle()
            try await fixture.decide(other, individuals: true)
            #expect(try await fixture.calls(other) == ["people_unreached open"])
            let third = try await fixture.report(
                "I-3",
                more: try fixture.own(#"[{"type":"email","value":"ann@people.example"}]"#)
            )
            try await fixture.settle()
            try await fixture.decide(third, individuals: true, performing: false)
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-3","phase":2,"false_alarm":true}"#)
            try await fixture.settle()
            #expect(fixture.peers.sink.events("mail").isEmpty)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G13: who was stopped by one decision is told after the next, once; who was told before is not told again")
    func decidedAnew() async throws {
        try await BreachFixture.with { fixture in
            let incident = try await fixture.report(
                more: try fixture.own(
                    #"[{"type":"email","value":"ann@people.example"},{"type":"email","value":"bob@people.example"}]"#
                )
            )
            try await fixture.settle()
            try await fixture.decide(incident, individuals: true, performing: false)
            try await fixture.decide(incident, individuals: false)
            try await fixture.decide(incident, individuals: true)
            let mails = await fixture.peers.sink.mails(2)
            #expect(Set(mails.compactMap { $0.recipients?.first }) == ["ann@people.example", "bob@people.example"])
            try await fixture.decide(incident, individuals: false)
            try await fixture.decide(incident, individuals: true)
            #expect(fixture.peers.sink.events("mail").count == 2)
            #expect(
                try await fixture.text(
                    "SELECT count(*) || ' ' || count(told_at) || ' ' || count(stopped_at) FROM habeas.breach_person"
                ) == ["4 2 2"]
            )
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("N3: many people are looked for by several at once, and each gets one case")
    func many() async throws {
        try await BreachFixture.with { fixture in
            func part(_ from: Int) throws -> String {
                try fixture.own(
                    "[\((from..<from + 250).map { #"{"type":"email","value":"p\#($0)@people.example"}"# }.joined(separator: ","))]"
                )
            }
            let incident = try await fixture.report(more: try part(0))
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":2\#(try part(250))}"#)
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":3\#(try part(400))}"#)
            try await fixture.settle()
            try await fixture.decided(incident, individuals: true)
            try await fixture.wake(incident, copies: 3)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.breach_person") == 650)
            #expect(try await fixture.text("SELECT named || ' ' || phases FROM habeas.own_people") == ["650 3"])
            #expect(try await fixture.facts(incident).filter { $0 == "incident.people_named" }.count == 1)
        }
    }

    @Test("G9: clients that are told after our own time open one task for the incident, which asks why")
    func late() async throws {
        try await BreachFixture.with { fixture in
            try await fixture.register([("north", [fixture.peers.hook(200)]), ("south", [fixture.peers.hook(200)])])
            let incident = try await fixture.report(
                affected: #"{"client":"north"},{"client":"south"}"#,
                aware: Date(timeIntervalSinceNow: -30 * 3_600)
            )
            try await fixture.settle()
            #expect(try await fixture.calls(incident) == ["late_notice open"])
            #expect(try await fixture.clock("review", of: incident) == "open")
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.evidence WHERE fact = 'notice.told' AND body::jsonb ? 'late_since'"
                ) == 2
            )
            let prompt = try await fixture.report("I-2", affected: #"{"client":"north"}"#)
            try await fixture.settle()
            #expect(try await fixture.calls(prompt).isEmpty)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test("G9: an incident that is closed and of which nobody was told asks a person why, unless one has said it")
    func untold() async throws {
        try await BreachFixture.with { fixture in
            let incident = try await fixture.report()
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-1","phase":2,"closed":true}"#)
            try await fixture.settle()
            #expect(try await fixture.calls(incident) == ["nobody_told open"])
            let decided = try await fixture.report("I-2", more: #","own_data":{"subjects_approx":4}"#)
            try await fixture.decided(decided, individuals: false)
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-2","phase":2,"closed":true}"#)
            try await fixture.settle()
            #expect(try await fixture.calls(decided).isEmpty, "the decision has its reason")
            let alarm = try await fixture.report("I-3")
            try await fixture.publish("breach.updated", #"{"incident_ref":"I-3","phase":2,"false_alarm":true}"#)
            try await fixture.settle()
            #expect(try await fixture.calls(alarm).isEmpty)
        }
    }
}

extension FanOutBench where Planner == NoticePlanner, Performer == BreachPerformer, Peers == Receivers {
    /// `,"own_data":{…}` with a list of people that is sealed for the fleet.
    fileprivate func own(_ people: String) throws -> String {
        let sealed = try #require(ring.intake?.receiver).seal(Array(people.utf8))
        return #","own_data":{"categories":["agents"],"identities":"\#(sealed)"}"#
    }

    /// What `habeas incidents decide` writes.
    fileprivate func decided(_ incident: UUID, individuals: Bool) async throws {
        _ = try await owner.withConnection {
            try await $0.query(
                """
                INSERT INTO habeas.breach_decision (incident_id, decided_at, authority, individuals, reason)
                VALUES (\(incident), clock_timestamp(), false, \(individuals), 'said so')
                """
            )
        }
    }

    fileprivate func decide(_ incident: UUID, individuals: Bool, performing: Bool = true) async throws {
        try await decided(incident, individuals: individuals)
        try await wake(incident)
        try await settle(performing: performing)
    }

    /// What people are called for about the incident as a whole.
    fileprivate func calls(_ incident: UUID) async throws -> [String] {
        try await text(
            "SELECT kind || ' ' || coalesce(verdict, 'open') FROM habeas.review WHERE incident_id = \(incident) ORDER BY opened_at, kind"
        )
    }
}
