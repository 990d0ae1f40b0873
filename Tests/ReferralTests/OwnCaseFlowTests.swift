import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Referral

@Suite("Cases that the vendor answers itself, on their way", .database)
struct OwnCaseFlowTests {
    @Test(
        "Y6, Y1: the receipt and the question who it is leave at once; the waiting begins when the question has arrived"
    )
    func identity() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask("access", relationship: "visitor", client: nil, regulation: "ccpa")
            #expect(try await fixture.clock("confirm_receipt", of: id) == "open")
            try await fixture.settle()
            #expect(try await fixture.effects(id) == ["subject.receipt done", "subject.identity done"])
            #expect(try await fixture.clock("confirm_receipt", of: id) == "met")
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.case_pause WHERE case_id = \(id) AND reason = 'identity' AND to_at IS NULL"
                ) == 1
            )
            #expect(try await fixture.facts(id).contains("identity.asked"))
            #expect(try await fixture.mails(2).count == 2)
            // Too little: asked again, once.
            try await fixture.publish("identity.verified", Self.verified(id, "session"))
            try await fixture.settle()
            let asked = try await fixture.effects(id).filter { $0 == "subject.identity done" }.count
            #expect(try await fixture.state(id) == "needs_identity" ? asked == 2 : asked == 1)
            try await fixture.publish("identity.verified", Self.verified(id, "document"))
            try await fixture.settle()
            #expect(try await fixture.state(id) == "in_progress")
        }
    }

    private static func verified(_ id: UUID, _ level: String) -> String {
        """
        {"request":"\(id.uuidString.lowercased())","level":"\(level)","method":"link","verified_at":"\(EventTime.text(Date()))","by":"desk"}
        """
    }

    @Test("Y1: an unanswered question ends the case, and the person is told so")
    func lapsed() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask("access", relationship: "visitor", client: nil)
            try await fixture.settle()
            try await fixture.goAhead(days: 32)
            #expect(try await fixture.state(id) == "lapsed")
            #expect(try await fixture.effects(id).last == "subject.answer done")
        }
    }

    @Test("What the erasure worker means to do at systems is not taken back by whoever writes the letters")
    func others() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask("restriction", relationship: "visitor", client: nil)
            try await fixture.settle()
            var writes = EffectWrites()
            let act = PlannedEffect(
                .targetAct,
                of: .erasure,
                to: "system:website",
                case: id,
                clientID: nil,
                parameters: "{}",
                attemptsAllowed: 3,
                at: Date()
            )
            writes.plan(act, at: Date())
            let statements = writes.statements
            _ = try await fixture.owner.withConnection { try await $0.pipeline(statements) }
            try await fixture.wake(id)
            #expect(try await fixture.text("SELECT state FROM habeas.effect WHERE id = \(act.id)") == ["planned"])
        }
    }

    @Test("K6: what a client instructed is confirmed to nobody but the client")
    func instructed() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask(by: "client")
            try await fixture.publish(
                "request.withdrawn",
                #"{"request":"\#(id.uuidString.lowercased())","by":"client"}"#
            )
            try await fixture.settle()
            #expect(try await fixture.effects(id) == ["client.answer hook done"])
            #expect(fixture.sink.events("mail").isEmpty)
        }
    }
}
