import Connectors
import FanOutKit
import Fleet
import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Erasure

@Suite("An erasure, from its event to its certificate", .database)
struct ErasureFlowTests {
    private static let now = Date()

    @Test(
        "K7, K13, N4: an administrator's instruction reaches every system, and is fulfilled when each is verified at its level"
    )
    func everySystem() async throws {
        try await ErasureFixture.with(TestMaps.all) { fixture in
            fixture.peers.say("mailer", .act, { _ in ScriptedPeers.accepted("job-7") })
            fixture.peers.say("mailer", .poll, { _ in ScriptedPeers.signed() })
            let id = try await fixture.ask()
            try await fixture.settle()
            #expect(
                try await fixture.targets(id) == [
                    "crm verified done", "mailer verified done", "archive pending", "shop-plugin listed",
                    "nightly listed",
                ]
            )
            #expect(try await fixture.state(id) == "in_progress")
            #expect(fixture.peers.asked("crm") == [.act, .verify] && fixture.peers.asked("mailer") == [.act, .poll])

            try await fixture.answer(TaskAnswer(.person, .done, at: Self.now, rows: 1), at: "archive", of: id)
            #expect(try await fixture.state(id) == "in_progress")
            // The owner of the database stands for another login here; the trigger has its own test.
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.task_answer SET by = 'somebody' WHERE case_id = \(id)")
            }
            try await fixture.answer(TaskAnswer(.witness, .done, at: Self.now), at: "archive", of: id)
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.clock("purge", of: id) == "met")
            #expect(try await fixture.clock("fan_out", of: id) == "met")

            let facts = try await fixture.facts(id)
            #expect(
                facts.filter { $0 == "target.verified" }.count == 3 && facts.filter { $0 == "plan.made" }.count == 1
            )
            #expect(facts.contains("certificate.issued") && facts.contains("case.fulfilled"))
            let certificate = try #require(try await fixture.certificates(id).first)
            #expect(certificate.contains("shop-plugin") && certificate.contains("signed_attestation"))
            let told = try await fixture.text(
                "SELECT convert_from(body, 'UTF8') FROM habeas.outbox WHERE message_type = 'io.habeas.request.completed.v1'"
            )
            #expect(told.count == 1 && told[0].contains(#""system":"crm""#))
            #expect(try await fixture.brokenChains().isEmpty)

            // Looked at again, nothing more happens.
            let asked = fixture.peers.asked.count
            try await fixture.wake(id)
            try await fixture.settle()
            #expect(fixture.peers.asked.count == asked)
            let again = try await fixture.facts(id)
            #expect(again == facts)
        }
    }

    @Test(
        "G12: a system that says it has erased and has not is caught; asked anew by a person's word, under another key, it ends well"
    )
    func caught() async throws {
        try await ErasureFixture.with([TestMaps.crm]) { fixture in
            fixture.peers.say("crm", .verify, { _ in ScriptedPeers.found(2) }, { _ in ScriptedPeers.found(0) })
            let id = try await fixture.ask()
            try await fixture.settle()
            #expect(try await fixture.targets(id) == ["crm stuck still_there still_there"])
            #expect(try await fixture.reviews(id) == ["target_stuck open"])
            #expect(try await fixture.state(id) == "in_progress")
            try await fixture.say("confirmed", .targetStuck, of: id)
            #expect(try await fixture.state(id) == "fulfilled")
            let keys = fixture.peers.asked.filter { $0.step == .act }.map(\.key)
            #expect(keys.count == 2 && keys[0] != keys[1])
            #expect(try await fixture.facts(id).filter { $0 == "target.stuck" }.count == 1)
        }
    }

    @Test("N4: a target that a person gives up leaves the case partly fulfilled, and the certificate says so")
    func givenUp() async throws {
        try await ErasureFixture.with([TestMaps.crm, TestMaps.mailer()]) { fixture in
            fixture.peers.say("mailer", .act, { _ in .init(.refused("http_422", status: 422)) })
            let id = try await fixture.ask()
            try await fixture.settle()
            #expect(try await fixture.targets(id) == ["crm verified done", "mailer stuck refused http_422"])
            try await fixture.say("denied", .targetStuck, of: id)
            #expect(try await fixture.state(id) == "partly_fulfilled")
            let certificate = try #require(try await fixture.certificates(id).first)
            #expect(certificate.contains("left_by_person"))
        }
    }

    @Test("a target begins when what comes before it is verified, and not earlier")
    func inOrder() async throws {
        try await ErasureFixture.with([
            TestMaps.mailer("after: [crm]\nagreed_on: 2025-01-01\nregion: DE"), TestMaps.crm,
        ]) { fixture in
            fixture.peers.say("crm", .verify, { _ in ScriptedPeers.found(1) }, { _ in ScriptedPeers.found(0) })
            fixture.peers.say("mailer", .act, { _ in ScriptedPeers.signed() })
            let id = try await fixture.ask()
            try await fixture.settle()
            #expect(try await fixture.targets(id) == ["crm stuck still_there still_there", "mailer waiting"])
            #expect(fixture.peers.asked("mailer").isEmpty)
            try await fixture.say("confirmed", .targetStuck, of: id)
            #expect(try await fixture.state(id) == "fulfilled")
        }
    }

    @Test("the same key goes with every attempt, and an attempt after one that may have acted says so")
    func sameKey() async throws {
        try await ErasureFixture.with([TestMaps.crm]) { fixture in
            fixture.peers.say(
                "crm",
                .act,
                { _ in .init(.retry("timeout", blamesTarget: true, mayHaveActed: true)) },
                { _ in ScriptedPeers.done(rows: 3) }
            )
            let id = try await fixture.ask()
            try await fixture.settle()
            try await fixture.hurry()
            #expect(try await fixture.state(id) == "fulfilled")
            let acts = fixture.peers.orders.filter { $0.step == .act }
            #expect(acts.count == 2 && acts[0].key == acts[1].key)
            #expect(!acts[0].mayHaveActed && acts[1].mayHaveActed)
        }
    }

    @Test(
        "N4: what can be restored for a time is looked at after it, by the clock"
    )
    func grace() async throws {
        let soft = TestMaps.crm.replacing("backups: 35 calendar_day", with: "grace: 7 calendar_day")
        try await ErasureFixture.with([soft]) { fixture in
            let id = try await fixture.ask()
            try await fixture.settle()
            #expect(try await fixture.targets(id) == ["crm grace done"])
            #expect(fixture.peers.asked("crm") == [.act])
            #expect(try await fixture.state(id) == "in_progress")
            try await fixture.goAhead(days: 8)
            #expect(fixture.peers.asked("crm") == [.act, .verify])
            #expect(try await fixture.state(id) == "fulfilled")
        }
    }

    @Test("N4: what can be restored beyond the date of the answer is answered first, and looked at after it")
    func longGrace() async throws {
        let long = TestMaps.crm.replacing("backups: 35 calendar_day", with: "grace: 80 calendar_day")
        try await ErasureFixture.with([long]) { fixture in
            let id = try await fixture.ask()
            try await fixture.settle()
            #expect(try await fixture.state(id) == "on_hold")
            try await fixture.goAhead(days: 81)
            #expect(try await fixture.state(id) == "fulfilled")
        }
    }

    @Test(
        "K11, Y4: what a legal duty keeps of a client's user is answered as partly fulfilled, and erased by the clock when it ends"
    )
    func kept() async throws {
        try await ErasureFixture.with([TestMaps.crm, TestMaps.invoices]) { fixture in
            let id = try await fixture.ask(relationship: "client_user", by: "subject")
            try await fixture.settle()
            #expect(try await fixture.state(id) == "on_hold")
            #expect(
                try await fixture.text("SELECT refusal FROM habeas.case_file WHERE id = \(id)") == ["legal_obligation"]
            )
            let first = fixture.peers.orders.filter { $0.system.id == "invoices" && $0.step == .act }
            #expect(first.map(\.keeps) == [["invoices"]] && first.map(\.ends) == [nil])
            #expect(try await fixture.clock("exception_end", of: id) == "open")
            let certificate = try #require(try await fixture.certificates(id).first)
            #expect(certificate.contains("HGB § 257"))

            try await fixture.goAhead(days: 61)
            #expect(
                try await fixture.targets(id) == [
                    "crm verified done", "invoices verified done", "invoices rest verified done",
                ]
            )
            let rest = fixture.peers.orders.filter { $0.system.id == "invoices" && $0.ends == ["invoices"] }
            #expect(rest.first?.keeps == [] && rest.map(\.step) == [.act, .verify])
            #expect(try await fixture.state(id) == "fulfilled")
            #expect(try await fixture.certificates(id).count == 2)
        }
    }

    @Test("K11, N4: a plan that cannot be made does nothing and asks a person; mended and confirmed, it is made anew")
    func planRefused() async throws {
        try await ErasureFixture.with([TestMaps.crm]) { fixture in
            let id = try await fixture.ask("public_removal", relationship: "visitor", by: "subject", client: nil)
            try await fixture.settle()
            #expect(try await fixture.targets(id).isEmpty)
            #expect(fixture.peers.asked.isEmpty)
            #expect(try await fixture.reviews(id) == ["plan_refused open"])
            #expect(try await fixture.facts(id).filter { $0 == "plan.refused" }.count == 1)
            _ = try await fixture.owner.withConnection {
                try await $0.query("INSERT INTO habeas.system (id, body) VALUES ('forum', \(TestMaps.forum))")
            }
            try await fixture.say("confirmed", .planRefused, of: id)
            #expect(try await fixture.targets(id) == ["forum pending"])
        }
    }

    @Test("K18: a legal hold suspends the erasure and not the answer; lifted, it goes on with its dates")
    func held() async throws {
        try await ErasureFixture.with([TestMaps.crm]) { fixture in
            let id = try await fixture.ask()
            let request = id.uuidString.lowercased()
            try await fixture.publish(
                "hold.placed",
                #"{"hold_ref":"LH-1","request":"\#(request)","basis":"12 O 44/26","reviewer":"legal"}"#
            )
            try await fixture.settle()
            #expect(fixture.peers.asked.isEmpty)
            #expect(try await fixture.state(id) == "on_hold")
            let due = try await fixture.text(
                "SELECT due_at::text FROM habeas.deadline WHERE subject_id = \(id) AND clock = 'purge'"
            )
            try await fixture.publish("hold.lifted", #"{"hold_ref":"LH-1","reason":"settled","by":"legal"}"#)
            try await fixture.settle()
            #expect(fixture.peers.asked("crm") == [.act, .verify])
            #expect(try await fixture.state(id) == "fulfilled")
            let after = try await fixture.text(
                "SELECT due_at::text FROM habeas.deadline WHERE subject_id = \(id) AND clock = 'purge'"
            )
            #expect(due == after && due.count == 1)
        }
    }

    @Test("K5, K6: before the client's decision nothing is asked of any system; its word lets it begin")
    func referred() async throws {
        try await ErasureFixture.with([TestMaps.crm]) { fixture in
            let id = try await fixture.ask(by: "subject")
            try await fixture.wake(id)
            try await fixture.settle()
            #expect(try await fixture.targets(id).isEmpty && fixture.peers.asked.isEmpty)
            try await fixture.apply(.referralSent, to: id)
            try await fixture.wake(id)
            try await fixture.settle()
            #expect(fixture.peers.asked.isEmpty)
            try await fixture.publish(
                "client.decided",
                #"{"request":"\#(id.uuidString.lowercased())","decision":"proceed","decided_by":{"user":"d","role":"dpo"}}"#
            )
            try await fixture.settle()
            #expect(try await fixture.state(id) == "fulfilled")
        }
    }

    @Test("a withdrawal takes back what has not begun, and what has begun is on record")
    func withdrawn() async throws {
        try await ErasureFixture.with([TestMaps.crm, TestMaps.archive]) { fixture in
            let id = try await fixture.ask()
            try await fixture.settle()
            try await fixture.publish(
                "request.withdrawn",
                #"{"request":"\#(id.uuidString.lowercased())","by":"client"}"#
            )
            try await fixture.settle()
            #expect(try await fixture.state(id) == "withdrawn")
            #expect(try await fixture.targets(id) == ["crm verified done", "archive cancelled"])
        }
    }

    @Test("an erasure begins when the same person's open request for a copy has ended")
    func afterCopy() async throws {
        try await ErasureFixture.with([TestMaps.crm]) { fixture in
            let person = #"[{"type":"email","value":"ada@example.org"}]"#
            let copy = try await fixture.ask("access", identities: person)
            let id = try await fixture.ask(identities: person)
            try await fixture.settle()
            #expect(fixture.peers.asked.isEmpty)
            #expect(try await fixture.targets(id).isEmpty)
            try await fixture.apply(.answered(complete: true, openEnds: false), to: copy)
            #expect(try await fixture.state(id) == "fulfilled")
        }
    }

    @Test("K22: the certificate says by when the backups have lost it")
    func backups() async throws {
        try await ErasureFixture.with([TestMaps.crm, TestMaps.nightly]) { fixture in
            let id = try await fixture.ask()
            try await fixture.settle()
            let certificate = try #require(try await fixture.certificates(id).first)
            let day = EventTime.text(Date(timeIntervalSinceNow: 35 * 86_400)).prefix(10)
            #expect(certificate.contains(day), "\(certificate)")
        }
    }

    @Test("no person is in plans, findings, evidence, certificates or messages")
    func canary() async throws {
        try await ErasureFixture.with(TestMaps.all) { fixture in
            let canary = Canary()
            let id = try await fixture.ask(
                identities: #"[{"type":"email","value":"\#(canary.email)"},{"type":"name","value":"\#(canary.word)"}]"#,
                more: #""message":"I am \#(canary.name), call \#(canary.phone)","#
            )
            try await fixture.settle()
            #expect(fixture.peers.orders.contains { !$0.identities.isEmpty })
            let written = try await fixture.text(
                """
                SELECT lower(t::text) FROM habeas.effect t UNION ALL SELECT lower(t::text) FROM habeas.effect_attempt t
                UNION ALL SELECT lower(t::text) FROM habeas.evidence t UNION ALL SELECT lower(convert_from(body, 'UTF8')) FROM habeas.outbox
                UNION ALL SELECT lower(t::text) FROM habeas.review t UNION ALL SELECT lower(t::text) FROM habeas.fan_out t
                UNION ALL SELECT lower(t::text) FROM habeas.certificate t UNION ALL SELECT lower(t::text) FROM habeas.task_answer t
                """
            ).joined(separator: "\n")
            #expect(written.contains("target.act") && written.contains(id.uuidString.lowercased()))
            for trace in canary.traces { #expect(!written.contains(trace.text), "\(trace.kind)") }
        }
    }
}
