import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Referral

@Suite("A referred request, from its event to its proof", .database)
struct ReferralFlowTests {
    @Test(
        "N1, K3, K4: both notices leave at once and are proved, under every profile",
        arguments: ["desk", "kay", "forum"]
    )
    func bothNotices(_ publisher: String) async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask(
                publisher: publisher,
                ref: "r-1",
                more: #""message":"Please forget me.","scope":["orders"],"#
            )
            try await fixture.settle()
            #expect(try await fixture.state(id) == "referred")
            #expect(try await fixture.effects(id) == ["subject.notice done", "client.referral hook done"])
            #expect(try await fixture.clock("refer", of: id) == "met")
            #expect(try await fixture.clock("client_reminder", of: id) == "open")

            let mail = try #require(try await fixture.mails(1).first)
            #expect(mail.hasPrefix("ada@example.org\n") && mail.contains("Auto-Submitted: auto-generated"))
            #expect(mail.contains("Acme GmbH") && !mail.contains("Please forget me"))
            let data = try #require(try fixture.posted().first)
            #expect(data["stage"] as? String == "referral" && data["request"] as? String == id.uuidString.lowercased())
            #expect(data["sequence"] as? Int == 2)
            let subject = try #require(data["subject"] as? [String: Any])
            let identities = subject["identities"] as? [[String: Any]]
            #expect(identities?.first?["value"] as? String == "C-r-1")
            #expect(subject["message"] as? String == "Please forget me." && subject["scope"] as? [String] == ["orders"])

            // The proof: when each was handed over, at which attempt, by which answer.
            let facts = try await fixture.facts(id)
            #expect(facts.filter { $0 == "effect.done" }.count == 2 && facts.contains("referral.sent"))
            let bodies = try await fixture.text(
                "SELECT body FROM habeas.evidence WHERE chain_id = \(id) AND fact = 'effect.done' ORDER BY body"
            )
            #expect(bodies.contains { $0.contains(#""kind":"subject.notice""#) && $0.contains(#""status":250"#) })
            #expect(bodies.contains { $0.contains(#""kind":"client.referral""#) && $0.contains(#""status":200"#) })
            #expect(try await fixture.brokenChains().isEmpty)
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.outbox WHERE message_type = 'io.habeas.request.referred.v1'"
                ) == 1
            )
            // Looked at again, nothing more is said.
            try await fixture.wake(id)
            try await fixture.settle()
            #expect(try await fixture.effects(id).count == 2 && fixture.server.requests.count == 1)
        }
    }

    @Test("C6, Y13: a child's request is referred within minutes, with restriction offered, and nothing is erased")
    func minor() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask(more: #""minor_under_13":true,"#)
            try await fixture.settle()
            #expect(try await fixture.state(id) == "referred")
            let data = try #require(try fixture.posted().first)
            #expect(data["minor_under_13"] as? Bool == true && data["restriction_offered"] as? Bool == true)
            #expect(
                try await fixture.text("SELECT rule FROM habeas.deadline WHERE subject_id = \(id) AND clock = 'refer'")
                    .first?.hasSuffix("refer_minor") == true
            )
            #expect(
                try await fixture.text(
                    "SELECT rule FROM habeas.deadline WHERE subject_id = \(id) AND clock = 'client_reminder'"
                ).first?.hasSuffix("client_reminder_minor") == true
            )
            #expect(try await fixture.reviews(id) == ["minor_to_confirm open"])
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.outbox WHERE routing_key = 'habeas.erasure'") == 0
            )
        }
    }

    @Test("K4: a client nobody knows is asked for, and referred to once it is named; the person is told once")
    func named() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask(client: nil, more: #""client_named":"that shop","#)
            try await fixture.settle()
            #expect(try await fixture.effects(id) == ["subject.notice done"])
            #expect(try await fixture.reviews(id) == ["client_unresolved open"])
            try await fixture.publish(
                "request.client_named",
                #"{"request":"\#(id.uuidString.lowercased())","client":"acme"}"#
            )
            try await fixture.settle()
            #expect(try await fixture.state(id) == "referred")
            #expect(try await fixture.effects(id) == ["subject.notice done", "client.referral hook done"])
        }
    }

    // MARK: Channels

    @Test("K4: five failures of the first channel, then the next one takes it")
    func fallback() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask(client: "broken")
            for _ in 0..<6 {
                try await fixture.settle()
                try await fixture.hurry()
            }
            try await fixture.settle()
            let effects = try await fixture.effects(id)
            #expect(
                effects == [
                    "subject.notice done", "client.referral hook parked", "client.referral post done",
                ]
            )
            #expect(fixture.server.requests.count == 5)
            #expect(try await fixture.state(id) == "referred")
            let mails = try await fixture.mails(2)
            let letter = try #require(mails.first { $0.hasPrefix("privacy@broken.example") })
            #expect(letter.contains("C-") && letter.contains("privacy.vendor.example/v1/requests/"))
            #expect(try await fixture.reviews(id).isEmpty)
        }
    }

    @Test("K4: a receiver that wants nothing more is left at once, and the next channel is taken, for all that follows")
    func gone() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask(client: "closed")
            try await fixture.settle()
            let effects = try await fixture.effects(id)
            #expect(
                effects == [
                    "subject.notice done", "client.referral hook parked", "client.referral post done",
                ]
            )
            let second = try await fixture.ask("access", client: "closed")
            try await fixture.settle()
            #expect(try await fixture.effects(second) == ["subject.notice done", "client.referral post done"])
            #expect(fixture.server.requests.count == 1)
        }
    }

    @Test(
        "K4: a client whose only channel fails, or that has none, is a person's affair; told by the person it counts as told"
    )
    func unreachable() async throws {
        try await ReferralFixture.with { fixture in
            let failing = try await fixture.ask(client: "dead")
            let none = try await fixture.ask(client: "silent")
            for _ in 0..<5 {
                try await fixture.settle()
                try await fixture.hurry()
            }
            try await fixture.settle()
            #expect(try await fixture.reviews(failing) == ["client_unreachable open"])
            let effects = try await fixture.effects(failing)
            #expect(effects == ["subject.notice done", "client.referral hook retrying"])
            #expect(try await fixture.reviews(none) == ["client_unreachable open"])
            #expect(try await fixture.effects(none) == ["subject.notice done"])
            for id in [failing, none] {
                #expect(try await fixture.state(id) == "received")
                #expect(try await fixture.clock("review", of: id) == "open")
                try await fixture.say("confirmed", .clientUnreachable, of: id)
                #expect(try await fixture.state(id) == "referred")
                #expect(try await fixture.clock("refer", of: id) == "met")
            }
        }
    }

    @Test(
        "K3: whoever cannot be told by mail is told by a person",
        arguments: [
            "{}", #"{"email":"no-reply@example.org"}"#, #"{"email":"gone@example.org"}"#,
        ]
    )
    func noAddress(_ contact: String) async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask(contact: contact)
            try await fixture.settle()
            #expect(try await fixture.state(id) == "referred")
            #expect(try await fixture.reviews(id) == ["subject_unreachable open"])
            #expect(try await fixture.clock("refer", of: id) == "open")
            try await fixture.say("confirmed", .subjectUnreachable, of: id)
            #expect(try await fixture.clock("refer", of: id) == "met")
        }
    }

    @Test("K4: what may not be referred is not, and it is noted; a person's word lets it go")
    func prohibited() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask(client: "barred")
            try await fixture.settle()
            try await fixture.wake(id)
            #expect(try await fixture.effects(id) == ["subject.notice done"] && fixture.server.requests.isEmpty)
            #expect(try await fixture.facts(id).filter { $0 == "referral.prohibited" }.count == 1)
            #expect(try await fixture.reviews(id) == ["referral_prohibited open"])
            let mail = try #require(try await fixture.mails(1).first)
            #expect(mail.contains("not allowed to pass") && !mail.contains("court order"))
            try await fixture.say("denied", .referralProhibited, of: id)
            #expect(try await fixture.state(id) == "referred" && fixture.server.requests.count == 1)
        }
    }

    // MARK: Silence

    @Test(
        "K5: a silent client is reminded by the clock, and at its own date told the last word; the person hears nothing"
    )
    func silence() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask()
            try await fixture.settle()
            for _ in 0..<3 { try await fixture.goAhead(days: 6) }
            #expect(
                try await fixture.effects(id).suffix(3) == [
                    "client.reminder hook done", "client.reminder hook done", "client.escalation hook done",
                ]
            )
            try await fixture.goAhead(days: 20)
            #expect(try await fixture.state(id) == "handed_over")
            #expect(try await fixture.effects(id).last == "client.undecided hook done")
            let stages = try fixture.posted().map { $0["stage"] as? String }
            #expect(stages == ["referral", "reminder", "reminder", "escalation", "undecided"])
            #expect(try fixture.posted()[1]["subject"] == nil)
            #expect(try await fixture.mails(1).count == 1)
            // A decision that comes now is refused in words that help.
            try await fixture.decide(id, "proceed")
            let refusals = try await fixture.refusals()
            #expect(refusals == ["data.request unlawful_now"])
        }
    }

    // MARK: Withdrawal

    @Test("K5: a withdrawal before anything has left leaves nothing to leave")
    func withdrawnAtOnce() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask()
            try await fixture.settle(performing: false)
            try await fixture.publish(
                "request.withdrawn",
                #"{"request":"\#(id.uuidString.lowercased())","by":"subject"}"#
            )
            try await fixture.settle()
            #expect(try await fixture.effects(id) == ["subject.notice cancelled", "client.referral hook cancelled"])
            #expect(fixture.server.requests.isEmpty && fixture.sink.events("mail").isEmpty)
            #expect(try await !fixture.facts(id).contains("withdrawal.came_after"))
        }
    }

    @Test("K5: a withdrawal after the referral is told to the client, and evidence names what came first")
    func withdrawnLater() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask()
            try await fixture.settle()
            try await fixture.publish(
                "request.withdrawn",
                #"{"request":"\#(id.uuidString.lowercased())","by":"subject"}"#
            )
            try await fixture.settle()
            try await fixture.wake(id)
            #expect(try await fixture.effects(id).last == "client.answer hook done")
            let told = try #require(try fixture.posted().last)
            #expect(told["state"] as? String == "withdrawn" && told["came_after_referral"] as? Bool == true)
            let facts = try await fixture.text(
                "SELECT body FROM habeas.evidence WHERE chain_id = \(id) AND fact = 'withdrawal.came_after'"
            )
            #expect(facts.count == 1 && facts[0].contains("subject.notice") && facts[0].contains("client.referral"))
            #expect(try await fixture.mails(1).count == 1)
        }
    }

    // MARK: What leaves

    @Test("A3: health text without an agreement is withheld from the message; the rest is referred")
    func health() async throws {
        try await ReferralFixture.with { fixture in
            try await fixture.ask(more: #""health_data":true,"message":"my diagnosis","#)
            try await fixture.settle()
            let data = try #require(try fixture.posted().first)
            #expect(data["withheld"] as? [String] == ["message"])
            let subject = try #require(data["subject"] as? [String: Any])
            #expect(subject["message"] == nil && subject["identities"] != nil)
        }
    }

    @Test("K5: an effect that should never have been planned is stopped before its call")
    func lastGate() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask()
            try await fixture.settle()
            let mails = try await fixture.mails(1).count
            for kind in [EffectKind.subjectAnswer, .subjectIdentity, .subjectExtension, .clientAnswer] {
                _ = try await fixture.owner.withConnection {
                    try await $0.query(
                        """
                        INSERT INTO habeas.effect (id, queue, kind, target_id, subject_id, case_id, client_id, line, parameters,
                          attempts_allowed, planned_at, next_attempt_at)
                        VALUES (\(UUID()), 'habeas.referral', \(kind.rawValue), 'mail', \(id), \(id), 'acme', 'acme',
                          '{"for":"refused","channel":"hook"}', 5, now(), now())
                        """
                    )
                }
            }
            try await fixture.settle()
            #expect(
                try await fixture.text(
                    "SELECT DISTINCT state || ' ' || coalesce(cause, '') FROM habeas.effect WHERE case_id = \(id) AND state <> 'done'"
                ) == ["parked not_before_decision"]
            )
            #expect(fixture.sink.events("mail").count == mails && fixture.server.requests.count == 1)
        }
    }

    @Test("no person is in parameters, evidence, outbox or attempts, whatever was asked and answered")
    func canary() async throws {
        try await ReferralFixture.with { fixture in
            let canary = Canary()
            let contact = #"{"email":"\#(canary.email)","name":"\#(canary.word) Smith","locale":"en"}"#
            let message = #""message":"I am \#(canary.name), call \#(canary.phone)","#
            let referred = try await fixture.ask(client: "closed", contact: contact, more: message)
            let barred = try await fixture.ask(client: "barred", contact: contact, more: message)
            try await fixture.ask(relationship: "visitor", client: nil, contact: contact, more: message)
            try await fixture.settle()
            try await fixture.decide(referred, "handle_itself", #","answer_by":"vendor""#)
            try await fixture.publish(
                "request.withdrawn",
                #"{"request":"\#(barred.uuidString.lowercased())","by":"subject"}"#
            )
            try await fixture.settle()
            // It did arrive where it should.
            #expect(try await fixture.mails(4).joined().lowercased().contains(canary.email.lowercased()))
            let written = try await fixture.text(
                """
                SELECT lower(t::text) FROM habeas.effect t UNION ALL SELECT lower(t::text) FROM habeas.effect_attempt t
                UNION ALL SELECT lower(t::text) FROM habeas.evidence t UNION ALL SELECT lower(convert_from(body, 'UTF8')) FROM habeas.outbox
                UNION ALL SELECT lower(t::text) FROM habeas.review t UNION ALL SELECT lower(t::text) FROM habeas.target t
                """
            ).joined(separator: "\n")
            #expect(written.contains("client.referral"))
            for trace in canary.traces { #expect(!written.contains(trace.text), "\(trace.kind)") }
        }
    }
}
