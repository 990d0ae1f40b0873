import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Referral

@Suite("A client's decision, on its way", .database)
struct DecisionFlowTests {
    @Test("K6: a refusal is told to the client, and to the person where the vendor answers, with its reason")
    func refused() async throws {
        try await ReferralFixture.with { fixture in
            for (more, mails) in [("", 1), (#","answer_by":"vendor""#, 3)] {
                let id = try await fixture.ask()
                try await fixture.settle()
                try await fixture.decide(id, "refuse", more)
                try await fixture.settle()
                #expect(try await fixture.state(id) == "refused")
                #expect(try await fixture.effects(id).contains("client.answer hook done"))
                let told = try #require(try fixture.posted().last)
                #expect(told["stage"] as? String == "answer" && told["refusal"] as? String == "client_refused")
                #expect(told["subject"] == nil)
                #expect(try await fixture.mails(mails).count == mails)
                #expect(try await fixture.effects(id).contains("subject.answer done") == !more.isEmpty)
            }
        }
    }

    @Test("K6: a client that handles it itself gets what it needs for that")
    func handlesItself() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask(more: #""message":"Please.","#)
            try await fixture.settle()
            try await fixture.decide(id, "handle_itself")
            try await fixture.settle()
            #expect(try await fixture.state(id) == "handed_over")
            let told = try #require(try fixture.posted().last)
            #expect(told["state"] as? String == "handed_over" && told["answer_by"] as? String == "client")
            let subject = try #require(told["subject"] as? [String: Any])
            #expect(subject["message"] as? String == "Please." && subject["contact"] != nil)
            #expect(try await fixture.mails(1).count == 1)
        }
    }

    @Test("K6: proceed wakes whoever fulfils it, and nobody is told anything before that has come to an end")
    func proceeds() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask()
            try await fixture.settle()
            try await fixture.decide(id, "proceed")
            try await fixture.settle()
            #expect(try await fixture.state(id) == "in_progress")
            #expect(try await fixture.effects(id).count == 2)
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.outbox WHERE routing_key = 'habeas.erasure'") == 1
            )
            // Still in progress: a second decision is refused clearly.
            try await fixture.decide(id, "refuse")
            let refusals = try await fixture.refusals()
            #expect(refusals == ["data.request unlawful_now"])
        }
    }

    @Test("K5: a decision that came before the referral had been sent is applied right after it")
    func early() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask()
            try await fixture.decide(id, "handle_itself")
            #expect(try await fixture.state(id) == "received")
            #expect(try await fixture.count("SELECT count(*) FROM habeas.early_event") == 1)
            try await fixture.settle()
            #expect(try await fixture.state(id) == "handed_over")
            #expect(try await fixture.count("SELECT count(*) FROM habeas.early_event") == 0)
            let facts = try await fixture.facts(id)
            let sent = try #require(facts.firstIndex(of: "referral.sent"))
            let decided = try #require(facts.firstIndex(of: "client.decided_handle_itself"))
            #expect(sent < decided)
            #expect(try await fixture.effects(id).last == "client.answer hook done")
            #expect(try await fixture.refusals().isEmpty)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }

    @Test(
        "K5: an early decision about several people is applied to each as it is referred, and its words are kept once"
    )
    func earlyForSeveral() async throws {
        try await ReferralFixture.with { fixture in
            let subjects = (0..<2).map {
                #"{"identities":[{"type":"controller_customer_id","value":"P\#($0)"}],"contact":{"email":"p\#($0)@example.org"}}"#
            }
            try await fixture.publish(
                "request.submitted",
                """
                {"request_ref":"both","channel":"form","submitted_time":"\(EventTime.text(Date()))","submitted_by":"subject",\
                "client":"acme","relationship":"end_user","right":"erasure","regulation":"gdpr",\
                "subjects":[\(subjects.joined(separator: ","))]}
                """
            )
            try await fixture.publish(
                "client.decided",
                #"{"request_ref":"both","decision":"refuse","reason":"excessive","decided_by":{"user":"u","role":"dpo"}}"#
            )
            try await fixture.settle()
            let ids = try await fixture.ids("SELECT id FROM habeas.case_file WHERE request_ref = 'both' ORDER BY id")
            #expect(ids.count == 2)
            for id in ids { #expect(try await fixture.state(id) == "refused") }
            #expect(try await fixture.count("SELECT count(*) FROM habeas.early_event") == 0)
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.event_secret WHERE event_type = 'client.decided'")
                    == 1
            )
            #expect(try await fixture.refusals().isEmpty)
        }
    }

    @Test("K5: only somebody in a role that the client has registered decides; the refusal says so")
    func roles() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask(client: "strict")
            try await fixture.settle()
            try await fixture.decide(id, "proceed", role: "intern")
            #expect(try await fixture.state(id) == "referred")
            let refusals = try await fixture.refusals()
            #expect(refusals == ["data.decided_by.role not_permitted"])
            try await fixture.decide(id, "proceed", role: "dpo")
            #expect(try await fixture.state(id) == "in_progress")
        }
    }
}
