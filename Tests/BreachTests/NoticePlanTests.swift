import Breach
import Foundation
import Ledger
import Rights
import Testing

@Suite("What is done about a client's part of an incident")
struct NoticePlanTests {
    static let start = Date(timeIntervalSince1970: 1_780_000_000)
    static let channels = [
        NoticeFacts.Channel(name: "hook", target: "breach:client:acme/hook"),
        NoticeFacts.Channel(name: "post", target: "breach:mail"),
    ]

    static func later(_ hours: Double) -> Date { start.addingTimeInterval(hours * 3_600) }

    static func content(_ number: Int, _ kind: NoticeContent.Kind, _ hours: Double = 0) -> NoticeFacts.Content {
        NoticeFacts.Content(number: number, kind: kind, madeAt: later(hours))
    }

    static func facts(_ contents: NoticeFacts.Content..., channels: [NoticeFacts.Channel] = channels) -> NoticeFacts {
        NoticeFacts(state: .inProgress, contents: contents, channels: channels)
    }

    static func effect(
        _ state: EffectState,
        _ kind: EffectKind = .breachNotice,
        _ number: Int = 1,
        over channel: String = "hook",
        attempts: Int = 0,
        planned: Double = 0,
        ended hours: Double? = nil
    ) -> NoticeFacts.Effect {
        NoticeFacts.Effect(
            kind,
            key: "\(number)",
            channel: channel,
            state,
            attempts: attempts,
            plannedAt: later(planned),
            endedAt: hours.map(later)
        )
    }

    static func plan(_ kind: EffectKind = .breachNotice, _ number: Int = 1, over channel: Int) -> NoticeStep {
        .plan(
            kind,
            target: channels[channel].target,
            key: "\(number)",
            channel: channels[channel].name,
            attempts: NoticePlan.attempts
        )
    }

    func steps(_ facts: NoticeFacts) -> [NoticeStep] { NoticePlan(facts)?.steps ?? [] }

    @Test("G9: it goes over the first channel at once, and over the next as soon as an attempt there has failed")
    func fallback() {
        var facts = Self.facts(Self.content(1, .first))
        #expect(steps(facts) == [Self.plan(over: 0)])
        facts.effects = [Self.effect(.leased)]
        #expect(steps(facts).isEmpty, "it is given its time")
        facts.effects = [Self.effect(.retrying, attempts: 1)]
        #expect(steps(facts) == [Self.plan(over: 1)], "the first goes on beside it")
        facts.effects = [Self.effect(.parked, attempts: 80, ended: 1)]
        #expect(steps(facts) == [Self.plan(over: 1)])
    }

    @Test(
        "G9: a mail server that wants to be asked again is asked once more, and for a minute, before the next channel is used"
    )
    func puttingOff() {
        var facts = Self.facts(Self.content(1, .first))
        let putOff = {
            NoticeFacts.Effect(
                .breachNotice,
                key: "1",
                channel: "hook",
                .retrying,
                attempts: $0,
                isPutOff: true,
                plannedAt: Self.later(0)
            )
        }
        facts.now = Self.later(0.001)
        facts.effects = [putOff(1)]
        #expect(steps(facts).isEmpty)
        #expect(NoticePlan(facts)?.nextLook == Self.later(1 / 60.0))
        facts.effects = [putOff(2)]
        #expect(steps(facts) == [Self.plan(over: 1)], "it did not take it either")
        facts.effects = [putOff(1)]
        facts.now = Self.later(1 / 60.0)
        #expect(steps(facts) == [Self.plan(over: 1)], "nobody got to asking it again")
        #expect(NoticePlan(facts)?.nextLook == nil)
    }

    @Test(
        "G9: when one channel took it, what waits at the others is taken back, and the client's own time begins with that moment"
    )
    func told() throws {
        var facts = Self.facts(Self.content(1, .first))
        let waiting = Self.effect(.retrying, attempts: 2)
        facts.effects = [waiting, Self.effect(.done, over: "post", attempts: 1, ended: 0.5)]
        #expect(
            steps(facts) == [
                .told(at: Self.later(0.5)), .cancel(waiting.id, because: "told_otherwise"), .awaitAcknowledgement,
            ]
        )
    }

    @Test(
        "G9: a person is called when every channel has failed three times or for good, once, and their word counts as told"
    )
    func unreached() {
        var facts = Self.facts(Self.content(1, .first))
        facts.effects = [
            Self.effect(.retrying, attempts: 2), Self.effect(.parked, over: "post", attempts: 1, ended: 1),
        ]
        #expect(steps(facts).isEmpty, "the first has not failed often enough")
        facts.effects[0] = Self.effect(.retrying, attempts: 3)
        #expect(steps(facts) == [.review(.breachUnreached)])
        facts.reviews = [CaseReview(.breachUnreached, openedAt: Self.later(1))]
        #expect(steps(facts).isEmpty)
        facts.reviews[0].settledAt = Self.later(2)
        facts.reviews[0].verdict = .confirmed
        #expect(steps(facts).first == .told(at: Self.later(2)))
        #expect(steps(facts).contains(.awaitAcknowledgement))
        #expect(steps(Self.facts(Self.content(1, .first), channels: [])) == [.review(.breachUnreached)], "it has none")
    }

    @Test(
        "G9: no notice waits for a list; that it is ready is told by itself, once, when the client has heard of the incident"
    )
    func listReady() {
        var facts = Self.facts(Self.content(1, .first))
        let list = UUID()
        facts.list = .init(id: list, isReady: true)
        #expect(steps(facts) == [Self.plan(over: 0)], "first the incident")
        facts.list = .init(id: list, isReady: false)
        #expect(steps(facts) == [Self.plan(over: 0)])
        facts.toldAt = Self.later(0.1)
        facts.effects = [Self.effect(.done, attempts: 1, ended: 0.1)]
        facts.acknowledgementClock = .init(anchor: Self.later(0.1), isOpen: true)
        #expect(steps(facts).isEmpty, "it is being put together")
        facts.list = .init(id: list, isReady: true)
        #expect(steps(facts) == [.list(list)])
        facts.enter(.list(list), at: Self.later(0.2))
        #expect(steps(facts) == [Self.plan(.breachNotice, 2, over: 0), .stopAwaiting])
        facts.effects.append(Self.effect(.done, .breachNotice, 2, attempts: 1, planned: 0.2, ended: 0.3))
        facts.acknowledgementClock?.isOpen = false
        #expect(steps(facts) == [.awaitAcknowledgement], "nobody has read the first yet")
    }

    @Test(
        "G9: who has read of the incident need not say so again for its list; no case ends before its list is told of"
    )
    func listAndAnswer() {
        var facts = Self.facts(Self.content(1, .first), Self.content(2, .list, 1))
        facts.toldAt = Self.later(0.1)
        facts.effects = [
            Self.effect(.done, attempts: 1, ended: 0.1),
            Self.effect(.done, .breachNotice, 2, attempts: 1, planned: 1, ended: 1.1),
        ]
        facts.acknowledgements = [.init(id: UUID(), at: Self.later(0.5), isEntered: true)]
        #expect(steps(facts).isEmpty)
        // The last word came, and more people with it.
        facts.contents.append(Self.content(3, .closed, 2))
        facts.effects.append(Self.effect(.done, .breachNotice, 3, attempts: 1, planned: 2, ended: 2.1))
        let list = UUID()
        facts.list = .init(id: list, isReady: false)
        #expect(steps(facts).isEmpty, "the list is awaited")
        facts.list = .init(id: list, isReady: true)
        #expect(steps(facts) == [.list(list)])
        facts.enter(.list(list), at: Self.later(3))
        #expect(facts.contents.last?.kind == .closed && facts.contents.last?.number == 4)
        facts.effects.append(Self.effect(.done, .breachNotice, 4, attempts: 1, planned: 3, ended: 3.1))
        #expect(steps(facts) == [.end(isTold: true)])
    }

    @Test("G9: of a false alarm nobody hears that a list is ready")
    func listWithdrawn() {
        var facts = Self.facts(Self.content(1, .first), Self.content(2, .withdrawn, 1))
        facts.toldAt = Self.later(0.1)
        facts.effects = [
            Self.effect(.done, attempts: 1, ended: 0.1),
            Self.effect(.done, .breachNotice, 2, attempts: 1, planned: 1, ended: 1.1),
        ]
        facts.list = .init(isReady: true)
        #expect(steps(facts) == [.end(isTold: true)])
    }

    @Test("G9: a client that keeps silent is told again over the other channel, twice, and then a person is called")
    func escalation() {
        var facts = Self.facts(Self.content(1, .first))
        facts.toldAt = Self.later(0.1)
        facts.effects = [Self.effect(.done, attempts: 1, ended: 0.1)]
        #expect(steps(facts) == [.awaitAcknowledgement])
        facts.acknowledgementClock = .init(anchor: Self.later(0.1), isOpen: true)
        #expect(steps(facts).isEmpty)
        facts.acknowledgementClock?.isOpen = false
        #expect(steps(facts) == [Self.plan(.breachReminder, over: 1)])
        facts.effects.append(Self.effect(.planned, .breachReminder, over: "post", planned: 4.1))
        #expect(steps(facts).isEmpty)
        facts.effects[1] = Self.effect(.done, .breachReminder, over: "post", attempts: 1, planned: 4.1, ended: 4.2)
        #expect(steps(facts) == [.awaitAcknowledgement])
        facts.acknowledgementClock = .init(anchor: Self.later(4.2), isOpen: false)
        #expect(steps(facts) == [Self.plan(.breachReminder, over: 0)], "the one that it was said over least often")
        facts.effects.append(Self.effect(.done, .breachReminder, attempts: 1, planned: 8.2, ended: 8.3))
        facts.acknowledgementClock = .init(anchor: Self.later(8.3), isOpen: false)
        #expect(steps(facts) == [.review(.breachSilent)])
    }

    @Test(
        "G9: a reminder, too, goes over the next channel as soon as an attempt has failed, and to a person when all do"
    )
    func failingReminder() {
        var facts = Self.facts(Self.content(1, .first))
        facts.toldAt = Self.later(0.2)
        // The webhook is dead; the mail took it.
        facts.effects = [
            Self.effect(.cancelled, attempts: 1, ended: 0.2), Self.effect(.done, over: "post", attempts: 1, ended: 0.2),
        ]
        facts.acknowledgementClock = .init(anchor: Self.later(0.2), isOpen: false)
        #expect(steps(facts) == [Self.plan(.breachReminder, over: 1)], "what is known to fail comes last")
        let stuck = Self.effect(.retrying, .breachReminder, over: "post", attempts: 1, planned: 4.3)
        facts.effects.append(stuck)
        #expect(steps(facts) == [Self.plan(.breachReminder, over: 0)])
        facts.effects.append(Self.effect(.retrying, .breachReminder, attempts: 1, planned: 4.4))
        #expect(steps(facts) == [.review(.breachSilent)])
        facts.effects[3] = Self.effect(.done, .breachReminder, attempts: 2, planned: 4.4, ended: 4.6)
        #expect(steps(facts).first == .cancel(stuck.id, because: "told_otherwise"))
    }

    @Test(
        "G9: a place that is out of reach is not waited for: the next channel is used, and a person is asked after ten minutes"
    )
    func blocked() {
        let channels = [
            NoticeFacts.Channel(name: "hook", target: "breach:client:acme/hook"),
            NoticeFacts.Channel(name: "post", target: "breach:mail", isBlocked: true),
        ]
        var facts = Self.facts(Self.content(1, .first), channels: [channels[1], channels[0]])
        facts.effects = [Self.effect(.planned, over: "post")]
        #expect(steps(facts) == [Self.plan(over: 0)])
        facts = Self.facts(Self.content(1, .first), channels: [channels[1]])
        facts.effects = [Self.effect(.planned, over: "post")]
        facts.now = Self.later(0.1)
        #expect(steps(facts).isEmpty)
        facts.now = Self.later(0.2)
        #expect(steps(facts) == [.review(.breachUnreached)])
    }

    @Test("a person's word about an earlier notice does not count for a later one: they are asked anew")
    func stalePerson() {
        var facts = Self.facts(Self.content(1, .first), Self.content(2, .update, 3))
        facts.effects = [
            Self.effect(.parked, .breachNotice, 2, attempts: 80, ended: 4),
            Self.effect(.parked, .breachNotice, 2, over: "post", attempts: 1, ended: 4),
        ]
        facts.reviews = [CaseReview(.breachUnreached, openedAt: Self.later(2))]
        #expect(steps(facts) == [.dismiss(.breachUnreached)])
        facts.enter(.dismiss(.breachUnreached), at: Self.later(4))
        #expect(steps(facts) == [.review(.breachUnreached)])
    }

    @Test("an acknowledgement is taken in, stops the clock, and takes back a reminder and the call of a person")
    func acknowledged() {
        var facts = Self.facts(Self.content(1, .first))
        facts.toldAt = Self.later(0.1)
        let reminder = Self.effect(.planned, .breachReminder, over: "post")
        facts.effects = [Self.effect(.done, attempts: 1, ended: 0.1), reminder]
        facts.acknowledgementClock = .init(anchor: Self.later(0.1), isOpen: true)
        facts.reviews = [CaseReview(.breachSilent, openedAt: Self.later(1))]
        let ack = NoticeFacts.Acknowledgement(id: UUID(), at: Self.later(2), isEntered: false)
        facts.acknowledgements = [ack]
        #expect(
            steps(facts) == [
                .acknowledged(ack.id, at: ack.at), .cancel(reminder.id, because: "acknowledged"), .stopAwaiting,
                .dismiss(.breachSilent),
            ]
        )
    }

    @Test(
        "an acknowledgement in whole seconds counts for what was told within that second, and none for what came later"
    )
    func wholeSeconds() {
        var facts = Self.facts(Self.content(1, .first), Self.content(2, .update, 1.0001))
        facts.toldAt = Self.later(0.1)
        facts.effects = [Self.effect(.done, ended: 0.1), Self.effect(.done, .breachNotice, 2, ended: 1.0001)]
        facts.acknowledgements = [.init(id: UUID(), at: Self.later(1), isEntered: true)]
        #expect(steps(facts).isEmpty)
        facts.acknowledgements = [.init(id: UUID(), at: Self.later(0.99), isEntered: true)]
        #expect(steps(facts) == [.awaitAcknowledgement])
    }

    @Test("a later notice takes an earlier one back that has not left, and wants an answer of its own")
    func superseded() {
        var facts = Self.facts(Self.content(1, .first), Self.content(2, .update, 3))
        let old = Self.effect(.retrying, attempts: 2)
        facts.effects = [old]
        #expect(steps(facts) == [.cancel(old.id, because: "superseded"), Self.plan(.breachNotice, 2, over: 0)])
        facts.effects = [Self.effect(.done, ended: 0.1), Self.effect(.done, .breachNotice, 2, ended: 3.1)]
        facts.toldAt = Self.later(0.1)
        facts.acknowledgements = [.init(id: UUID(), at: Self.later(1), isEntered: true)]
        #expect(steps(facts) == [.awaitAcknowledgement])
    }

    @Test("of a false alarm only those hear who heard of the alarm")
    func falseAlarm() {
        var facts = Self.facts(Self.content(1, .first), Self.content(2, .withdrawn, 1))
        let pending = Self.effect(.planned)
        facts.effects = [pending]
        #expect(steps(facts) == [.cancel(pending.id, because: "false_alarm"), .end(isTold: true)])
        let failed = Self.effect(.retrying, attempts: 1)
        facts.effects = [failed]
        #expect(
            steps(facts) == [.cancel(failed.id, because: "superseded"), Self.plan(.breachNotice, 2, over: 0)],
            "a call that failed may have arrived"
        )
        facts.effects = [Self.effect(.leased)]
        #expect(steps(facts) == [Self.plan(.breachNotice, 2, over: 0)], "the call that is under way may arrive")
        facts.effects = [Self.effect(.done, ended: 0.1), Self.effect(.done, .breachNotice, 2, ended: 1.1)]
        facts.toldAt = Self.later(0.1)
        #expect(steps(facts) == [.end(isTold: true)])
    }

    @Test("the last word ends it once somebody has ever answered; silence goes to a person before that")
    func closed() {
        var facts = Self.facts(Self.content(1, .first), Self.content(2, .closed, 9))
        facts.toldAt = Self.later(0.1)
        facts.effects = [Self.effect(.done, ended: 0.1), Self.effect(.done, .breachNotice, 2, ended: 9.1)]
        #expect(steps(facts) == [.awaitAcknowledgement])
        facts.acknowledgements = [.init(id: UUID(), at: Self.later(1), isEntered: true)]
        #expect(steps(facts) == [.end(isTold: true)])
        facts.acknowledgements = []
        facts.reviews = [
            CaseReview(.breachSilent, openedAt: Self.later(1), settledAt: Self.later(2), verdict: .denied)
        ]
        #expect(steps(facts) == [.end(isTold: true)])
    }

    @Test("whoever cannot be told ends untold when the incident does, by a person's word and never by itself")
    func givenUp() {
        var facts = Self.facts(Self.content(1, .closed))
        facts.effects = [
            Self.effect(.parked, attempts: 80, ended: 1), Self.effect(.parked, over: "post", attempts: 1, ended: 1),
        ]
        facts.reviews = [CaseReview(.breachUnreached, openedAt: Self.later(1))]
        #expect(steps(facts).isEmpty)
        facts.reviews[0].settledAt = Self.later(2)
        facts.reviews[0].verdict = .denied
        #expect(steps(facts) == [.end(isTold: false)])
    }

    @Test("has nothing new to say when it is looked at twice", arguments: 0..<64)
    func settled(_ seed: Int) {
        var facts = Self.facts(Self.content(1, .first))
        if seed & 1 != 0 { facts.contents.append(Self.content(2, seed & 2 != 0 ? .update : .closed, 1)) }
        if seed & 4 != 0 { facts.effects.append(Self.effect(.done, ended: 0.1)) }
        if seed & 8 != 0 { facts.effects.append(Self.effect(.retrying, over: "post", attempts: 3)) }
        if seed & 16 != 0 { facts.acknowledgements = [.init(id: UUID(), at: Self.later(2), isEntered: false)] }
        if seed & 32 != 0 { facts.acknowledgementClock = .init(anchor: Self.later(0.2), isOpen: false) }
        for _ in 0..<6 {
            let steps = steps(facts)
            if steps.isEmpty { return }
            for step in steps {
                facts.enter(step, at: Self.later(3))
                switch step {
                case .plan(let kind, _, let key, let channel, _):
                    facts.effects.append(
                        NoticeFacts.Effect(kind, key: key, channel: channel, .planned, plannedAt: Self.later(3))
                    )
                case .cancel(let id, _): facts.effects.removeAll { $0.id == id }
                case .end(let isTold): facts.state = isTold ? .fulfilled : .partlyFulfilled
                default: break
                }
            }
        }
        Issue.record("never came to rest")
    }
}
