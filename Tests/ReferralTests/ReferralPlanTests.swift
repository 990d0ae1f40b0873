import Fleet
import Foundation
import Ledger
import Rights
import Testing

@testable import Referral

@Suite("What the referral worker does about a case")
struct ReferralPlanTests {
    // MARK: Notice and referral

    @Test("K3, K4: a request of an end user is told to the person and to its client, at once and each once")
    func bothNotices() throws {
        for right in Right.allCases {
            var place = SimulatedCase(.referral, .received, right: right)
            try place.look()
            #expect(place.planned == [.subjectNotice, .clientReferral], "\(right)")
            #expect(place.targets == ["mail", "client:acme/hook"])
            place.wait()
            place.end(.done)
            try place.look()
            #expect(place.facts.state == .referred && place.planned.count == 2)
            #expect(place.facts.clocks[.refer]?.isOpen == false)
        }
    }

    @Test("K4: the clock of the referral runs on until both have arrived")
    func halfDone() throws {
        for first in [EffectKind.clientReferral, .subjectNotice] {
            var place = SimulatedCase(.referral, .received)
            try place.look()
            place.wait()
            place.end(.done) { $0.kind == first }
            try place.look()
            #expect(place.facts.state == (first == .clientReferral ? .referred : .received))
            #expect(place.facts.clocks[.refer]?.isOpen == true)
            place.end(.done)
            try place.look()
            #expect(place.facts.state == .referred && place.facts.clocks[.refer]?.isOpen == false)
        }
    }

    @Test("K4: a client that is not known is asked for, and told when it is; the person is not told twice")
    func unknownClient() throws {
        var place = SimulatedCase(.referral, .needsClient, client: nil)
        try place.look()
        #expect(place.planned == [.subjectNotice])
        place.end(.done)
        try place.look()
        place.wait()
        place.happen(.clientNamed(resolved: true))
        try place.look()
        #expect(place.planned == [.subjectNotice, .clientReferral])
    }

    @Test("K3: the notice is owed however the case ends, but not to one who has taken the request back")
    func noticeStays() throws {
        for (event, isOwed) in [(CaseEvent.withdrawn, false), (.clientDatePassed, true)] {
            var place = SimulatedCase(.referral, .received)
            try place.look()
            place.happen(event)
            try place.look()
            #expect(place.alive.contains(.subjectNotice) == isOwed)
            #expect(!place.alive.contains(.clientReferral))
        }
    }

    @Test("K4: a linked case is told of in the case that answers it")
    func linked() throws {
        for lane in Lane.allCases {
            for state in CaseState.allCases {
                var place = SimulatedCase(lane, state)
                place.facts.isLinked = true
                #expect(place.steps.isEmpty)
            }
        }
    }

    @Test("C3: a complaint is a person's to answer: nothing is sent, in any state")
    func complaint() {
        for state in CaseState.allCases {
            #expect(SimulatedCase(.own, state, right: nil, kind: .complaint).steps.isEmpty)
        }
    }

    // MARK: Reminders

    /// A case whose notice has arrived and whose client was told.
    static func referred() -> SimulatedCase {
        var place = SimulatedCase(.referral, .referred)
        place.facts.effects = [.init(.subjectNotice, plannedAt: place.now, endedAt: place.now)]
        place.facts.effects[0].state = .done
        return place
    }

    @Test("K5: a silent client is reminded when the clock rings, once a ring; from the third on in other words")
    func reminders() throws {
        var place = SimulatedCase(.referral, .received)
        try place.look()
        place.wait()
        place.end(.done)
        try place.look()
        #expect(place.planned.count == 2)
        for count in 1...4 {
            place.wait(hours: 72)
            place.ring()
            try place.look()
            try place.look()
            #expect(place.planned.count == 2 + count)
            #expect(place.planned.last == (count < 3 ? .clientReminder : .clientEscalation))
            place.wait()
            place.end(.done)
            try place.look()
        }
        let keys = (place.effects(.clientReminder) + place.effects(.clientEscalation)).map(\.parameters.key)
        #expect(Set(keys).count == 4)
    }

    @Test("K5: never more than one reminder is on its way, and one that came late was for the next ring, too")
    func oneReminder() throws {
        var place = Self.referred()
        place.wait(hours: 72)
        place.ring()
        try place.look()
        for _ in 0..<3 {
            place.wait(hours: 72)
            place.ring()
            try place.look()
            #expect(place.planned == [.clientReminder])
        }
        place.wait()
        place.end(.done)
        try place.look()
        #expect(place.planned == [.clientReminder])
        place.wait(hours: 72)
        place.ring()
        try place.look()
        #expect(place.planned == [.clientReminder, .clientReminder])
    }

    @Test("K5: a decision takes back the reminder that has not begun")
    func decisionBeforeReminder() throws {
        var place = Self.referred()
        place.wait(hours: 72)
        place.ring()
        try place.look()
        #expect(place.alive == [.subjectNotice, .clientReminder])
        place.happen(.decidedProceed)
        try place.look()
        #expect(place.alive == [.subjectNotice])
    }

    // MARK: Ends

    @Test("K5: the last word about a silent client goes to it and never to the person")
    func undecided() throws {
        for state in [CaseState.received, .referred] {
            var place = SimulatedCase(.referral, state)
            place.facts.effects = [.init(.subjectNotice, plannedAt: SimulatedCase.start, endedAt: SimulatedCase.start)]
            place.facts.effects[0].state = .done
            place.wait()
            place.happen(.clientDatePassed)
            try place.look()
            #expect(place.planned == [.clientUndecided])
        }
    }

    /// Ends of a referred case after the decision, with what its client and, where the vendor answers, the person is told.
    static let ends: [(CaseEvent, CaseState)] = [
        (.answered(complete: true, openEnds: false), .fulfilled),
        (.answered(complete: false, openEnds: false), .partlyFulfilled), (.refusedByPerson, .refused),
        (.withdrawn, .withdrawn), (.answered(complete: true, openEnds: true), .onHold),
    ]

    @Test(
        "K6: after its decision the client is always told what became of it, the person only where the vendor answers"
    )
    func answers() throws {
        for (event, state) in Self.ends {
            for answerBy in [Answerer.client, .vendor] {
                for right in Right.allCases {
                    var place = SimulatedCase(.referral, .received, right: right)
                    try place.look()
                    place.end(.done)
                    try place.look()
                    place.happen(.decidedProceed, answerBy: answerBy)
                    place.wait()
                    place.happen(event)
                    try place.look()
                    #expect(place.facts.state == state)
                    let answersPerson = answerBy == .vendor && state != .withdrawn
                    let expected: [EffectKind] = (answersPerson ? [.subjectAnswer] : []) + [.clientAnswer]
                    #expect(Array(place.planned.dropFirst(2)) == expected, "\(event) \(answerBy) \(right)")
                }
            }
        }
    }

    @Test("K6: a client that handles it itself, or refuses, gets an answer; the person only where the vendor gives it")
    func decisions() throws {
        for event in [CaseEvent.decidedHandleItself, .decidedRefuse] {
            for answerBy in [Answerer.client, .vendor] {
                var place = SimulatedCase(.referral, .received)
                try place.look()
                place.end(.done)
                try place.look()
                place.happen(event, answerBy: answerBy)
                try place.look()
                #expect(place.alive.contains(.clientAnswer))
                #expect(place.alive.contains(.subjectAnswer) == (answerBy == .vendor))
                #expect(!place.alive.contains(.clientUndecided))
            }
        }
    }

    @Test("Y1: an answer with open ends is followed by a second one at the end, each once")
    func twoAnswers() throws {
        var place = SimulatedCase(.own, .inProgress, client: nil)
        try place.look()
        place.end(.done)
        place.happen(.answered(complete: false, openEnds: true))
        try place.look()
        place.end(.done)
        try place.look()
        place.wait()
        place.happen(.openEndsOver(complete: true))
        try place.look()
        #expect(place.effects(.subjectAnswer).map(\.parameters.key) == ["on_hold", "fulfilled"])
    }

    @Test("K6: what a client instructed is answered to the client in every end, and never to the person")
    func fulfilment() throws {
        for state in CaseState.allCases {
            for kind in [CaseKind.request, .endOfContract] {
                var place = SimulatedCase(.fulfilment, state, kind: kind)
                try place.look()
                #expect(place.planned == (state.isFinal || state == .onHold ? [.clientAnswer] : []), "\(state)")
            }
        }
    }

    @Test("A5, Y2: an instruction that its client denies is answered to the client")
    func denied() throws {
        var place = SimulatedCase(.fulfilment, .received)
        place.happen(.instructionDenied)
        try place.look()
        #expect(place.planned == [.clientAnswer])
    }

    // MARK: Own cases

    @Test("Y2: whom the vendor answers to is told of the receipt, and of every end but a withdrawal")
    func ownCases() throws {
        for state in CaseState.allCases where state != .needsIdentity && state != .needsClient && state != .referred {
            var place = SimulatedCase(.own, state)
            try place.look()
            switch state {
            case .received, .needsFee, .inProgress: #expect(place.planned == [.subjectReceipt])
            case .onHold: #expect(place.planned == [.subjectReceipt, .subjectAnswer])
            case .withdrawn: #expect(place.planned.isEmpty)
            default: #expect(place.planned == [.subjectAnswer], "\(state)")
            }
            #expect(!place.planned.contains { $0.goesToClient })
        }
    }

    @Test("Y1: the receipt that the CCPA asks for is confirmed when it has been delivered, and not before")
    func receipt() throws {
        var place = SimulatedCase(.own, .inProgress)
        try place.look()
        #expect(place.facts.clocks[.confirmReceipt]?.isOpen == true)
        place.end(.done)
        try place.look()
        #expect(place.facts.clocks[.confirmReceipt]?.isOpen == false)
        #expect(place.planned == [.subjectReceipt])
    }

    @Test("Y6: who the person is, is asked once, and the waiting begins when the question has arrived")
    func identity() throws {
        var place = SimulatedCase(.own, .needsIdentity)
        try place.look()
        #expect(place.planned == [.subjectReceipt, .subjectIdentity] && !place.facts.awaitsIdentity)
        place.wait()
        place.end(.done)
        try place.look()
        #expect(place.facts.awaitsIdentity && place.planned.count == 2)
        // Somebody vouches for less than is needed: another question, and no second beginning.
        place.wait()
        place.happen(.identityVerified(sufficient: false))
        place.facts.identityAnsweredAt = place.now
        try place.look()
        try place.look()
        #expect(place.effects(.subjectIdentity).count == 2)
        place.happen(.identityVerified(sufficient: true))
        try place.look()
        #expect(place.effects(.subjectIdentity).last?.state == .cancelled)
    }

    @Test(
        "Y1: an extension is told once, with the date it was granted at; after a decision only where the vendor answers"
    )
    func extensions() throws {
        var own = SimulatedCase(.own, .inProgress)
        own.facts.extendedAt = own.now
        try own.look()
        #expect(own.planned == [.subjectReceipt, .subjectExtension])
        for answerBy in [nil, Answerer.client, .vendor] {
            var place = SimulatedCase(.referral, answerBy == nil ? .referred : .inProgress)
            place.facts.answerBy = answerBy
            place.facts.extendedAt = place.now
            try place.look()
            #expect(place.planned.contains(.subjectExtension) == (answerBy == .vendor))
        }
    }

    // MARK: Withdrawal

    @Test("K5: a withdrawal stops what has not begun, notes what came first, and tells a client that was told")
    func withdrawal() throws {
        for (reached, isTold) in [(EffectState.done, true), (.leased, true), (.retrying, false)] {
            var place = SimulatedCase(.referral, .received)
            try place.look()
            place.end(reached) { $0.kind == .clientReferral }
            place.wait()
            place.happen(.withdrawn)
            try place.look()
            #expect(place.alive.contains(.clientAnswer) == isTold)
            #expect(place.facts.recorded.contains("withdrawal.came_after") == isTold)
            #expect(!place.alive.contains(.subjectNotice) && !place.alive.contains(.subjectAnswer))
        }
    }

    @Test("K5: what a withdrawal found under way and what fails then is not tried again")
    func leasedThenFailed() throws {
        var place = SimulatedCase(.referral, .received)
        try place.look()
        place.end(.leased) { $0.kind == .clientReferral }
        place.happen(.withdrawn)
        try place.look()
        place.end(.retrying) { $0.kind == .clientReferral }
        try place.look()
        #expect(place.effects(.clientReferral).map(\.state) == [.cancelled])
    }

    // MARK: Everything at once

    @Test("N3: whatever lane, state, right and decision: looking twice plans nothing new, and nothing goes out twice")
    func idempotent() throws {
        for lane in Lane.allCases {
            for state in CaseState.allCases {
                for right in Right.allCases {
                    for answerBy in [nil, Answerer.client, .vendor] {
                        for client in [nil, ReferralFacts.Client(channels: [SimulatedCase.hook])] {
                            var place = SimulatedCase(lane, state, right: right, client: client)
                            place.facts.answerBy = answerBy
                            try place.look()
                            let planned = place.planned
                            #expect(place.steps.isEmpty)
                            place.wait()
                            place.end(.done)
                            try place.look()
                            #expect(place.steps.isEmpty && Set(planned).count == planned.count)
                            #expect(lane == .fulfilment ? planned.allSatisfy(\.goesToClient) : true)
                            #expect(lane == .own ? !planned.contains(where: \.goesToClient) : true)
                        }
                    }
                }
            }
        }
    }

    @Test("what an effect is told reads back, and holds no more than words")
    func parameters() {
        for parameters in [
            EffectParameters(), EffectParameters(key: "fulfilled"),
            EffectParameters(key: "2026-03-02T09:00:00Z", channel: "hook"),
        ] {
            #expect(EffectParameters(reading: parameters.text) == parameters)
        }
        #expect(EffectParameters(reading: "nonsense") == EffectParameters())
        #expect(EffectParameters(key: "refused", channel: "hook").text == #"{"for":"refused","channel":"hook"}"#)
    }
}
