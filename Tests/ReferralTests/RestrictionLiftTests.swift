import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Referral

@Suite("Whoever got a restriction is told before it ends (GDPR Art. 18(3))")
struct RestrictionLiftTests {
    /// A restriction that is in place and then lifted, its answer sent.
    static func lifted(
        _ lane: Lane,
        answerBy: Answerer? = nil,
        subject: ReferralFacts.SubjectReach = .reachable
    ) throws -> SimulatedCase {
        var place = SimulatedCase(lane, .inProgress, right: .restriction, subject: subject)
        place.facts.answerBy = answerBy
        try place.look()
        place.happen(.answered(complete: true, openEnds: false))
        try place.look()
        place.wait()
        place.end(.done)
        if subject != .reachable { place.settle(.subjectUnreachable, .confirmed) }
        try place.look()
        place.wait()
        let isTaken = place.happen(.restrictionLifted)
        #expect(isTaken)
        return place
    }

    @Test("K5: by us where we answer, of our own accord or by the client's decision; by the client else")
    func whose() throws {
        for (lane, answerBy, isOurs) in [
            (Lane.own, nil, true), (.referral, .vendor, true), (.referral, .client, false), (.fulfilment, nil, false),
        ] as [(Lane, Answerer?, Bool)] {
            var place = try Self.lifted(lane, answerBy: answerBy)
            try place.look()
            #expect(place.effects(.subjectRestrictionLifted).count == (isOurs ? 1 : 0), "\(lane)")
            #expect(!place.facts.recorded.contains("restriction.told"))
            place.wait()
            place.end(.done)
            try place.look()
            #expect(place.facts.recorded.contains("restriction.told") == isOurs, "\(lane)")
            // Looked at again nothing new is said.
            #expect(
                place.steps.isEmpty
                    && place.planned.filter { $0 == .subjectRestrictionLifted }.count == (isOurs ? 1 : 0)
            )
        }
    }

    @Test("nothing else is told so: no other right, and no restriction that is not lifted")
    func others() throws {
        for right in Right.allCases {
            var place = SimulatedCase(.own, .fulfilled, right: right)
            place.facts.liftedAt = right == .restriction ? nil : place.now
            try place.look()
            #expect(place.effects(.subjectRestrictionLifted).isEmpty, "\(right)")
        }
    }

    @Test("whoever cannot be written to is a person's affair, and the restriction waits for that person's word")
    func unreachable() throws {
        for subject in [ReferralFacts.SubjectReach.noAddress, .automatic, .reachable] {
            for verdict in [ReviewKind.Verdict.confirmed, .denied] {
                var place = try Self.lifted(.own, subject: subject)
                try place.look()
                place.wait()
                // One whose address refuses the letter.
                place.end(.parked)
                try place.look()
                #expect(
                    place.isOpen(.subjectUnreachable) && !place.facts.recorded.contains("restriction.told"),
                    "\(subject)"
                )
                place.wait()
                place.settle(.subjectUnreachable, verdict)
                try place.look()
                #expect(place.facts.recorded.contains("restriction.told") && place.steps.isEmpty, "\(subject)")
            }
        }
    }

    @Test("the letter says which day it ends, and its arrival wakes whoever lifts it", .database)
    func flow() async throws {
        try await ReferralFixture.with { fixture in
            let id = try await fixture.ask("restriction", relationship: "visitor", client: nil, publisher: "kay")
            try await fixture.settle()
            try await fixture.publish(
                "identity.verified",
                #"{"request":"\#(id.uuidString.lowercased())","level":"document","method":"link","verified_at":"\#(EventTime.text(Date()))","by":"kay"}"#,
                by: "kay"
            )
            try await fixture.settle()
            #expect(try await fixture.state(id) == "in_progress")
            try await fixture.finish(id)
            let (before, woken) = (fixture.sink.events("mail").count, try await fixture.erasureWakes(id))
            try await fixture.publish(
                "restriction.lifted",
                #"{"request":"\#(id.uuidString.lowercased())","at":"2041-05-02T10:00:00Z"}"#,
                by: "kay"
            )
            #expect(try await fixture.erasureWakes(id) == woken + 1, "it hears of it, and waits")
            try await fixture.settle(performing: false)
            #expect(try await fixture.facts(id).contains("restriction.lifted"))
            let effects = try await fixture.effects(id)
            #expect(
                effects.contains { $0.hasPrefix("subject.restriction_lifted ") && !$0.hasSuffix("done") },
                "\(effects)"
            )
            #expect(try await !fixture.facts(id).contains("restriction.told"))
            #expect(try await fixture.erasureWakes(id) == woken + 1)
            try await fixture.settle()
            let mail = try await fixture.lastLetter(before + 1)
            #expect(mail.contains("ends on: 2 May 2041"), "\(mail)")
            #expect(try await fixture.facts(id).last == "restriction.told")
            #expect(try await fixture.erasureWakes(id) == woken + 2)
            #expect(try await fixture.brokenChains().isEmpty)
        }
    }
}
