import Fleet
import Foundation
import Ledger
import Rights
import Testing

@testable import Referral

@Suite("The way to a client and to a person")
struct WayTests {
    static func attempts(_ place: SimulatedCase) -> [Int] {
        place.steps.compactMap { if case .plan(_, _, _, let attempts) = $0 { attempts } else { nil } }
    }

    @Test("K4: goes over the first channel with few attempts and over the last with many")
    func attempts() throws {
        var place = SimulatedCase(.referral, .received)
        #expect(Self.attempts(place) == [80, 5])
        try place.look()
        place.end(.parked) { $0.kind == .clientReferral }
        #expect(Self.attempts(place) == [80])
        try place.look()
        #expect(place.targets == ["mail", "client:acme/hook", "mail"])
        #expect(place.effects(.clientReferral).map(\.parameters.channel) == ["hook", "post"])
        #expect(!place.isOpen(.clientUnreachable))
    }

    @Test("K4: leaves a channel whose receiver wants nothing more, and takes the next one")
    func disabled() throws {
        var place = SimulatedCase(.referral, .received)
        try place.look()
        place.facts.client?.channels[0] = .init("hook", target: "client:acme/hook", isDisabled: true)
        try place.look()
        #expect(place.effects(.clientReferral).map(\.state) == [.cancelled, .planned])
        #expect(place.effects(.clientReferral).last?.parameters.channel == "post")
        // A channel that is taken out of the registry is left, too.
        place.facts.client?.channels = [.init("new", target: "client:acme/new")]
        try place.look()
        #expect(place.effects(.clientReferral).last?.parameters.channel == "new")
    }

    @Test("K4: what is under way is waited for, whatever becomes of its channel")
    func leased() throws {
        var place = SimulatedCase(.referral, .received)
        try place.look()
        place.end(.leased) { $0.kind == .clientReferral }
        place.facts.client?.channels.removeFirst()
        try place.look()
        #expect(place.effects(.clientReferral).count == 1)
    }

    @Test("K4: a person is asked when no channel is left; never silent, never twice, and again for what fails later")
    func nobodyLeft() throws {
        for channels in [[], [SimulatedCase.hook], [SimulatedCase.hook, SimulatedCase.post]] {
            var place = SimulatedCase(.referral, .received, client: .init(channels: channels))
            for _ in channels {
                try place.look()
                #expect(!place.isOpen(.clientUnreachable))
                place.wait()
                place.end(.parked) { $0.kind == .clientReferral && !$0.state.isFinal }
            }
            try place.look()
            #expect(place.isOpen(.clientUnreachable) && place.effects(.clientReferral).count == channels.count)
            place.wait()
            place.settle(.clientUnreachable, .denied)
            try place.look()
            #expect(!place.isOpen(.clientUnreachable) && place.facts.state == .received)
            // The last notice finds the same closed doors: another question.
            place.wait()
            place.happen(.clientDatePassed)
            try place.look()
            for _ in channels {
                place.wait()
                place.end(.parked)
                try place.look()
            }
            #expect(place.isOpen(.clientUnreachable))
        }
    }

    @Test("K4: a client that a person has told counts as told, and what is pending is taken back")
    func toldByPerson() throws {
        var place = SimulatedCase(.referral, .received, client: .init(channels: [SimulatedCase.hook]))
        try place.look()
        place.fail(times: 5)
        try place.look()
        #expect(place.isOpen(.clientUnreachable))
        place.wait()
        place.settle(.clientUnreachable, .confirmed)
        try place.look()
        #expect(place.facts.state == .referred)
        #expect(place.effects(.clientReferral).map(\.state) == [.cancelled])
    }

    @Test(
        "K4: after five failures of the last channel a person is asked while attempts go on; success calls nobody any more"
    )
    func lastFails() throws {
        var place = SimulatedCase(.referral, .received, client: .init(channels: [SimulatedCase.hook]))
        try place.look()
        place.fail(times: 4)
        try place.look()
        #expect(!place.isOpen(.clientUnreachable))
        place.fail(times: 1)
        try place.look()
        #expect(place.isOpen(.clientUnreachable) && place.effects(.clientReferral).map(\.state) == [.retrying])
        place.wait()
        place.settle(.clientUnreachable, .denied)
        place.fail(times: 1)
        try place.look()
        #expect(!place.isOpen(.clientUnreachable))
        place.wait()
        place.end(.parked) { $0.kind == .clientReferral }
        try place.look()
        #expect(place.isOpen(.clientUnreachable))
        // Somebody lets it go again, and it arrives.
        place.wait()
        place.end(.done) { $0.kind == .clientReferral }
        try place.look()
        #expect(!place.isOpen(.clientUnreachable) && place.facts.state == .referred)
    }

    @Test("K3: a person is asked for whoever has no address, a machine's address, or one that refuses mail")
    func subjects() throws {
        for subject in [ReferralFacts.SubjectReach.noAddress, .automatic, .reachable] {
            var place = SimulatedCase(.referral, .received, subject: subject)
            try place.look()
            #expect(place.alive.contains(.subjectNotice) == (subject == .reachable))
            place.wait()
            place.end(.parked) { $0.kind == .subjectNotice }
            place.end(.done) { $0.kind == .clientReferral }
            try place.look()
            #expect(place.isOpen(.subjectUnreachable) && place.facts.state == .referred)
            #expect(place.facts.clocks[.refer]?.isOpen == true)
            place.wait()
            place.settle(.subjectUnreachable, .confirmed)
            try place.look()
            #expect(place.facts.clocks[.refer]?.isOpen == false)
            #expect(place.planned.filter { $0 == .subjectNotice }.count == (subject == .reachable ? 1 : 0))
        }
    }

    @Test("K3: what a person said about one letter does not count for the next")
    func eachLetter() throws {
        var place = SimulatedCase(.own, .inProgress, subject: .noAddress)
        try place.look()
        place.wait()
        place.settle(.subjectUnreachable, .confirmed)
        try place.look()
        #expect(!place.isOpen(.subjectUnreachable))
        place.wait()
        place.happen(.refusedByPerson)
        try place.look()
        #expect(place.isOpen(.subjectUnreachable))
    }

    @Test("K4: what may not be referred is noted once, shown to a person, and referred when the reason is gone")
    func prohibited() throws {
        var place = SimulatedCase(.referral, .received)
        place.facts.client?.prohibition = "court order"
        let step = place.steps.first {
            if case .record = $0 { true } else { false }
        }
        #expect(step == .record(.prohibited(reason: "court order", ofCase: false)))
        try place.look()
        #expect(place.planned == [.subjectNotice] && place.isOpen(.referralProhibited))
        place.facts.client?.prohibition = nil
        try place.look()
        #expect(place.planned == [.subjectNotice, .clientReferral] && !place.isOpen(.referralProhibited))
        // Forbidden again before it has left.
        place.facts.prohibition = "secrecy"
        try place.look()
        #expect(place.effects(.clientReferral).map(\.state) == [.cancelled])
    }
}
