import Breach
import Foundation
import Ledger
import Rights
import Testing

@Suite("What is done about a change that a client is told of")
struct AnnouncementPlanTests {
    private static func later(_ hours: Double) -> Date { NoticePlanTests.later(hours) }

    private static func facts(_ effects: NoticeFacts.Effect...) -> NoticeFacts {
        var facts = NoticeFacts(
            .announcement,
            state: .inProgress,
            contents: [NoticePlanTests.content(1, .first)],
            channels: NoticePlanTests.channels
        )
        facts.effects = effects
        return facts
    }

    private static func effect(
        _ state: EffectState,
        over channel: String = "hook",
        attempts: Int = 0,
        ended: Double? = nil
    ) -> NoticeFacts.Effect {
        NoticePlanTests.effect(state, .announcement, over: channel, attempts: attempts, ended: ended)
    }

    private static func told(window isOpen: Bool = true) -> NoticeFacts {
        var facts = facts(effect(.done, attempts: 1, ended: 0.5))
        facts.toldAt = later(0.5)
        facts.window = NoticeFacts.Clock(anchor: later(0.5), isOpen: isOpen)
        return facts
    }

    private func steps(_ facts: NoticeFacts) -> [NoticeStep] { NoticePlan(facts)?.steps ?? [] }

    @Test("K20: it goes over the channels as a notice of an incident does, and nobody is asked whether it was read")
    func telling() {
        #expect(steps(Self.facts()) == [NoticePlanTests.plan(.announcement, over: 0)])
        let retrying = Self.effect(.retrying, attempts: 1)
        #expect(steps(Self.facts(retrying)) == [NoticePlanTests.plan(.announcement, over: 1)])
        let other = Self.effect(.done, over: "post", attempts: 1, ended: 0.5)
        #expect(
            steps(Self.facts(retrying, other)) == [
                .told(at: Self.later(0.5)), .cancel(retrying.id, because: "told_otherwise"),
            ]
        )
        #expect(steps(Self.told()).isEmpty)
    }

    @Test("K20: where no channel takes it a person is called; by their word the client was told, or cannot be")
    func unreached() {
        let stuck = [
            Self.effect(.parked, attempts: 80, ended: 1), Self.effect(.retrying, over: "post", attempts: 3),
        ]
        #expect(steps(Self.facts(stuck[0], stuck[1])) == [.review(.announcementUnreached)])
        var nobody = Self.facts()
        nobody = NoticeFacts(.announcement, state: .inProgress, contents: nobody.contents, channels: [])
        #expect(steps(nobody) == [.review(.announcementUnreached)], "a client without a channel")
        nobody.reviews = [CaseReview(.announcementUnreached, openedAt: Self.later(1))]
        #expect(steps(nobody).isEmpty, "once")
        nobody.reviews[0].settledAt = Self.later(9)
        nobody.reviews[0].verdict = .confirmed
        #expect(steps(nobody) == [.told(at: Self.later(9))])
        nobody.reviews[0].verdict = .denied
        #expect(steps(nobody) == [.end(isTold: false)])
    }

    @Test("K20: the end of the window ends it, and that there was no objection is a fact")
    func windowEnd() {
        #expect(steps(Self.told(window: false)) == [.unopposed, .end(isTold: true)])
        var facts = Self.told(window: false)
        facts.state = .fulfilled
        #expect(steps(facts).isEmpty)
    }

    @Test("K20: an objection is a person's affair, and the end waits for their word")
    func objection() {
        var facts = Self.told(window: false)
        facts.objections = 2
        facts.reviews = [CaseReview(.objection, openedAt: Self.later(9))]
        #expect(steps(facts).isEmpty)
        for verdict in [ReviewKind.Verdict.confirmed, .denied] {
            facts.reviews[0].settledAt = Self.later(99)
            facts.reviews[0].verdict = verdict
            #expect(steps(facts) == [.end(isTold: true)], "no fact says that there was none")
            facts.window?.isOpen = true
            #expect(steps(facts).isEmpty, "the window is open still")
            facts.window?.isOpen = false
        }
    }
}
