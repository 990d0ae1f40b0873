import Fleet
import Foundation
import Ledger
import Rights
import Testing

@testable import Referral

@Suite("What a client hears of an authority's demand")
struct DisclosurePlanTests {
    private static func place(_ state: CaseState, isProhibited: Bool = false, isTold: Bool = false) -> SimulatedCase {
        var place = SimulatedCase(.disclosure, state, right: nil, kind: .disclosure)
        place.facts.disclosure = ReferralFacts.Disclosure(isProhibited: isProhibited, isTold: isTold)
        return place
    }

    @Test("K23: approved, the client is told before anything else, and its time begins when the word has reached it")
    func first() throws {
        var place = Self.place(.referred)
        try place.look()
        #expect(place.planned == [.clientDisclosure])
        #expect(place.facts.effects.map(\.parameters.key) == [ReferralFacts.announcement])
        #expect(place.facts.state == .referred && place.facts.disclosure?.isTold == false)
        place.wait()
        place.end(.done)
        #expect(place.steps == [.clientTold(place.now)])
        try place.look()
        #expect(place.facts.disclosure?.isTold == true && place.facts.state == .referred)
        #expect(place.happenAndLook(.clientTermOver) == [.clientDisclosure])
    }

    @Test("K23: what may not be told is not told, and does not wait; nor is anybody asked for a way")
    func prohibited() throws {
        var place = Self.place(.referred, isProhibited: true)
        try place.look()
        #expect(place.facts.state == .inProgress && place.planned.isEmpty && place.facts.reviews.isEmpty)
        place.happen(.handedToAuthority)
        try place.look()
        #expect(place.facts.state == .handedOver && place.planned.isEmpty)
        // The prohibition ends: the client is told then, however long after.
        place.facts.disclosure?.isProhibited = false
        try place.look()
        #expect(place.facts.effects.map(\.parameters.key) == [CaseState.handedOver.rawValue])
    }

    @Test("K23: nobody is told before two people have approved it, nor of one that they have refused")
    func before() throws {
        for state in [CaseState.received, .refused] {
            var place = Self.place(state)
            try place.look()
            #expect(place.planned.isEmpty, "\(state)")
        }
    }

    @Test(
        "K23: of a client that no channel reaches a person is asked; told so it has its time, else nobody waits for it"
    )
    func unreachable() throws {
        for verdict in [ReviewKind.Verdict.confirmed, .denied] {
            var place = Self.place(.referred)
            try place.look()
            for _ in 0..<3 {
                place.wait()
                place.end(.parked)
                try place.look()
            }
            #expect(place.isOpen(.clientUnreachable))
            place.wait()
            place.settle(.clientUnreachable, verdict)
            try place.look()
            #expect(place.facts.state == (verdict == .denied ? .inProgress : .referred))
            #expect(place.facts.disclosure?.isTold == (verdict == .confirmed))
        }
    }

    @Test("K23: a client that was told that it comes is told that it does not; one that was not hears nothing")
    func withdrawn() throws {
        for isOut in [true, false] {
            var place = Self.place(.referred)
            try place.look()
            place.wait()
            if isOut {
                place.end(.done)
                try place.look()
            }
            place.happen(.withdrawn)
            try place.look()
            let keys = place.facts.effects.filter { $0.state != .cancelled }.map(\.parameters.key)
            #expect(keys == (isOut ? [ReferralFacts.announcement, CaseState.withdrawn.rawValue] : []))
        }
    }

    @Test("K23: no word of it ever goes to the person")
    func never() throws {
        for state in CaseState.allCases {
            for isProhibited in [true, false] {
                var place = Self.place(state, isProhibited: isProhibited)
                try place.look()
                #expect(place.planned.allSatisfy { $0 == .clientDisclosure }, "\(state)")
            }
        }
    }
}

extension SimulatedCase {
    /// All that was planned by the time that nothing more follows from an event.
    fileprivate mutating func happenAndLook(_ event: CaseEvent) -> [EffectKind] {
        happen(event)
        try? look()
        return planned
    }
}
