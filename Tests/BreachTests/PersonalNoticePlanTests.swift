import Foundation
import Ledger
import Rights
import Testing

@testable import Breach

@Suite("What a person is told of an incident in data of the vendor's own, decided")
struct PersonalNoticePlanTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private static func effect(_ state: EffectState, attempts: Int = 0) -> NoticeFacts.Effect {
        NoticeFacts.Effect(
            .personalNotice,
            key: "",
            channel: nil,
            state,
            attempts: attempts,
            plannedAt: now,
            endedAt: state.isFinal ? now : nil
        )
    }

    private static func steps(
        _ effects: NoticeFacts.Effect...,
        state: CaseState = .inProgress,
        wanted: Bool = true,
        told: Date? = nil
    ) -> [PersonalNoticePlan.Step] {
        PersonalNoticePlan(.init(state: state, isWanted: wanted, toldAt: told, effects: effects)).steps
    }

    @Test("G13: one mail is meant, and none besides it; what the relay took ends the case")
    func once() {
        #expect(Self.steps() == [.plan])
        for state in [EffectState.planned, .released, .leased, .retrying] {
            #expect(Self.steps(Self.effect(state)).isEmpty, "\(state)")
        }
        #expect(Self.steps(Self.effect(.done)) == [.told(at: Self.now), .end(isTold: true)])
        #expect(Self.steps(Self.effect(.done), state: .fulfilled, told: Self.now).isEmpty)
    }

    @Test("G13: what the relay refuses calls a person, and a later success is still written down")
    func refused() {
        #expect(Self.steps(Self.effect(.parked)) == [.unreached, .end(isTold: false)])
        #expect(Self.steps(Self.effect(.parked), state: .partlyFulfilled).isEmpty)
        #expect(Self.steps(Self.effect(.done), state: .partlyFulfilled) == [.told(at: Self.now)])
    }

    @Test(
        "G13: after a false alarm, or another decision, what has not left does not leave; what is under way is waited for"
    )
    func revoked() {
        let waiting = Self.effect(.retrying, attempts: 2)
        #expect(Self.steps(wanted: false) == [.stopped, .end(isTold: false)])
        #expect(Self.steps(waiting, wanted: false) == [.cancel(waiting.id), .stopped, .end(isTold: false)])
        #expect(Self.steps(Self.effect(.leased), wanted: false).isEmpty)
        #expect(Self.steps(Self.effect(.done), wanted: false) == [.told(at: Self.now), .end(isTold: true)])
    }
}
