import Foundation
import Ledger
import Rights
import Testing

@testable import Export

@Suite("Y5: what follows for a copy that may have to go to another controller")
struct HandOverStepTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private static func effort(_ state: EffectState, cause: String? = nil) -> EffectRecord {
        var effect = EffectRecord(
            PlannedEffect(
                .exportHandOver,
                of: .export,
                to: "system:globex",
                case: UUID(),
                clientID: nil,
                attemptsAllowed: 1,
                at: now
            ),
            at: now
        )
        effect.state = state
        effect.cause = cause
        effect.endedAt = state.isFinal ? now : nil
        return effect
    }

    private static func step(
        _ state: ExportRecord.HandOver.State?,
        _ effort: EffectRecord? = nil,
        isAsked: Bool = false,
        word: ReviewKind.Verdict? = nil,
        _ wish: HandOverStep.Wish = .receiver("globex")
    ) -> HandOverStep {
        HandOverStep(state, effort: effort, isAsked: isAsked, word: word) { wish }
    }

    @Test("a copy that nobody wants handed over is answered with")
    func none() { #expect(Self.step(nil, nil, HandOverStep.Wish.none) == .answer) }

    @Test("is begun, or a person is asked, as soon as it is there")
    func beginning() {
        #expect(Self.step(nil) == .begin(receiver: "globex"))
        let unknown = HandOverStep.Wish.obstacle("receiver_unknown", receiver: nil)
        #expect(Self.step(nil, nil, unknown) == .ask(because: "receiver_unknown", receiver: nil))
    }

    @Test("is waited for while it is under way, whatever a person has been asked")
    func underWay() {
        for state in [EffectState.planned, .released, .leased, .retrying] {
            #expect(Self.step(.underWay, Self.effort(state)) == .wait)
            // Somebody has let a parked one go again.
            #expect(Self.step(.asked, Self.effort(state), isAsked: true) == .wait)
            // A call that has begun comes to its end; nothing else begins against a person's word.
            let denied = Self.step(.asked, Self.effort(state), word: .denied)
            #expect(denied == (state == .leased ? .wait : .leave))
        }
    }

    @Test("is over when the receiver has all of it")
    func done() {
        #expect(Self.step(.underWay, Self.effort(.done)) == .done(Self.now))
        #expect(Self.step(.asked, Self.effort(.done), isAsked: true) == .done(Self.now))
        #expect(Self.step(.done, Self.effort(.done)) == .wait)
    }

    @Test("a person is asked once for each time it fails, and what was said before does not count for the next")
    func stuck() {
        let parked = Self.effort(.parked, cause: "http_403")
        #expect(Self.step(.underWay, parked) == .ask(because: "http_403", receiver: nil))
        #expect(Self.step(.underWay, parked, word: .confirmed) == .ask(because: "http_403", receiver: nil))
        #expect(Self.step(.underWay, parked, word: .denied) == .ask(because: "http_403", receiver: nil))
        #expect(Self.step(.asked, parked, isAsked: true) == .wait)
        #expect(Self.step(.asked, parked, word: .confirmed) == .begin(receiver: "globex"))
        #expect(Self.step(.asked, parked, word: .denied) == .leave)
        #expect(Self.step(.left, parked, word: .denied) == .wait)
        let blocked = HandOverStep.Wish.obstacle("mechanism_missing", receiver: "globex")
        let step = Self.step(.asked, parked, word: .confirmed, blocked)
        #expect(step == .ask(because: "mechanism_missing", receiver: "globex"))
    }
}
