import Fleet
import FoundationEssentials
import Ledger
import Rights

/// What the referral worker does about a case: a pure function from what is known to the steps that are missing.
///
/// Looked at twice it has nothing new to say. It works out what has to be said to whom as the case stands, compares that with the
/// effects there are, and looks for a way for each that is missing; where there is none a person is asked. What is pending and
/// not owed any more is taken back.
package struct ReferralPlan: Sendable {
    /// Attempts over a channel that has another one behind it.
    package static let attemptsBeforeNext = 5
    /// Attempts over the last way there is: about three days.
    package static let attemptsAtLast = 80
    /// Failures at the last way after which a person is asked, while attempts go on.
    package static let failuresThatAsk = 5

    private let facts: ReferralFacts
    private let further: [ReferralStep]

    /// - Parameter further: steps that the plan would not think of; they pass the same gate.
    package init(_ facts: ReferralFacts, and further: [ReferralStep] = []) {
        self.facts = facts
        self.further = further
    }

    /// The steps, as far as they may be taken (K5).
    package var steps: [ReferralStep] {
        K5Gate(lane: facts.lane, state: facts.state, answerBy: facts.answerBy).passed(draft + further)
    }

    /// The plan's own steps before the last gate.
    package var draft: [ReferralStep] {
        // A complaint is a person's to answer; a linked case is spoken of in the one that answers it.
        guard facts.kind != .complaint, facts.kind != .breachNotice, facts.kind != .announcement, !facts.isLinked else {
            return []
        }
        let toSubject = facts.owedToSubject
        let toClient = facts.owedToClient
        let subject = ways(toSubject, asking: .subjectUnreachable, wayToSubject)
        let client = ways(toClient, asking: .clientUnreachable, wayToClient)
        return cameFirst + prohibition + withdrawn(toSubject + toClient) + subject + client + progress
    }

    // MARK: What has happened

    /// Of a withdrawal: what it came too late for.
    private var cameFirst: [ReferralStep] {
        guard facts.state == .withdrawn else { return [] }
        let first = facts.effects.filter { $0.state == .done || $0.state == .leased }
        return first.isEmpty ? [] : once(.cameFirst(first))
    }

    private var prohibition: [ReferralStep] {
        let isAsked = isOpen(.referralProhibited)
        guard let (reason, ofCase) = facts.prohibitionInForce, facts.client != nil, !facts.state.isFinal else {
            return isAsked ? [.dismiss(.referralProhibited)] : []
        }
        let fact = ReferralStep.RecordedFact.prohibited(reason: reason, ofCase: ofCase)
        let noted = facts.notedProhibition
        guard noted?.reason == reason || (noted == nil && facts.recorded.contains(fact.name)) else {
            return [.record(fact), .review(.referralProhibited)]
        }
        let wasAsked = facts.reviews.contains { review in
            review.kind == .referralProhibited && review.verdict != .moot
                && (review.isOpen || review.openedAt >= noted?.at ?? .distantPast)
        }
        return wasAsked ? [] : [.review(.referralProhibited)]
    }

    private func once(_ fact: ReferralStep.RecordedFact) -> [ReferralStep] {
        facts.recorded.contains(fact.name) ? [] : [.record(fact)]
    }

    /// Pending effects that say what nobody is owed any more.
    private func withdrawn(_ owed: [OwedMessage]) -> [ReferralStep] {
        facts.effects.compactMap { effect in
            guard effect.state.isPending, !owed.contains(where: { $0.isSaid(by: effect) }) else { return nil }
            return .cancel(effect.id, effect.kind, because: "not_owed")
        }
    }

    /// Where the case goes on because something was delivered, and which clocks that stops.
    private var progress: [ReferralStep] {
        var steps: [ReferralStep] = []
        if facts.lane == .referral {
            let isReferred = facts.isReferralDone
            if facts.state == .received, isReferred { steps.append(.apply(.referralSent)) }
            let isTold = isDone(.subjectNotice) || facts.wasTold(.subjectUnreachable)
            if isReferred, isTold, isRunning(.refer) { steps.append(.stop(.refer)) }
        }
        if let question = facts.identityQuestion, !facts.awaitsIdentity, isDone(question) {
            steps.append(.apply(.identityAsked))
        }
        if facts.lane == .own, isRunning(.confirmReceipt),
            isDone(.subjectReceipt) || facts.wasTold(.subjectUnreachable)
        {
            steps.append(.stop(.confirmReceipt))
        }
        return steps + liftTold + facts.disclosureSteps
    }

    /// A restriction ends only when the person has been told, or a person has taken that on (GDPR Art. 18(3)).
    private var liftTold: [ReferralStep] {
        guard let notice = facts.liftNotice else { return [] }
        if facts.effects.contains(where: { notice.isSaid(by: $0) && $0.state == .done }) {
            return once(.restrictionTold(byLetter: true))
        }
        let isSettled = facts.reviews.contains { review in
            review.kind == .subjectUnreachable && (review.verdict == .confirmed || review.verdict == .denied)
                && (review.settledAt ?? .distantPast) >= notice.since
        }
        return isSettled ? once(.restrictionTold(byLetter: false)) : []
    }

    private func isDone(_ kind: EffectKind) -> Bool {
        facts.effects.contains { $0.kind == kind && $0.state == .done }
    }

    private func isDone(_ message: OwedMessage) -> Bool {
        facts.effects.contains { message.isSaid(by: $0) && $0.state == .done }
            || facts.wasTold(.subjectUnreachable, since: message.since)
    }

    private func isRunning(_ clock: ClockRule.Clock) -> Bool { facts.clocks[clock]?.isOpen == true }

    private func isOpen(_ kind: ReviewKind) -> Bool { facts.reviews.contains { $0.kind == kind && $0.isOpen } }

    // MARK: Ways

    /// What is to be done about one message.
    private struct Way {
        var steps: [ReferralStep] = []
        /// Since when it is stuck, where it is; an answer that a person gave before says nothing about it.
        var stuckSince: Date?
    }

    /// A way for each message; a person where there is none for one, and nobody once there is one for all.
    private func ways(
        _ owed: [OwedMessage],
        asking kind: ReviewKind,
        _ way: (OwedMessage) -> Way
    ) -> [ReferralStep] {
        let ways = owed.map(way)
        let steps = ways.flatMap(\.steps)
        let stuck = ways.compactMap(\.stuckSince)
        let isAsked = isOpen(kind)
        if let latest = stuck.max() {
            let isAnswered = facts.reviews.contains { review in
                review.kind == kind && review.verdict != .moot && review.settledAt.map { $0 >= latest } ?? false
            }
            return isAsked || isAnswered ? steps : steps + [.review(kind)]
        }
        guard isAsked else { return steps }
        let opened = facts.reviews.last { $0.kind == kind && $0.isOpen }?.openedAt ?? .distantFuture
        let isThrough = facts.effects.contains { effect in
            effect.state == .done && effect.kind.goesToClient == (kind == .clientUnreachable)
                && (effect.endedAt ?? .distantPast) >= opened
        }
        return owed.isEmpty || isThrough ? steps + [.dismiss(kind)] : steps
    }

    /// By mail, once.
    private func wayToSubject(_ message: OwedMessage) -> Way {
        let mine = facts.effects.filter(message.isSaid)
        if mine.contains(where: { !$0.state.isFinal || $0.state == .done })
            || facts.wasTold(.subjectUnreachable, since: message.since)
        {
            return Way()
        }
        if let failed = mine.filter({ $0.state == .parked }).compactMap(\.endedAt).max() {
            return Way(stuckSince: failed)
        }
        guard facts.subject == .reachable else { return Way(stuckSince: message.since) }
        return Way(steps: [
            .plan(
                message.kind,
                target: ClientChannel.mailTarget,
                EffectParameters(key: message.key),
                attempts: Self.attemptsAtLast
            )
        ])
    }

    /// Over the first of the client's channels that works.
    private func wayToClient(_ message: OwedMessage) -> Way {
        let channels = facts.client?.channels ?? []
        let mine = facts.effects.filter(message.isSaid)
        let wasTold = facts.wasTold(.clientUnreachable, since: message.since)
        var way = Way()
        if mine.contains(where: { $0.state == .done }) { return way }
        let tried = Set(mine.lazy.filter { $0.state == .parked }.compactMap(\.parameters.channel))
        let usable = channels.filter { !$0.isDisabled && !tried.contains($0.name) }
        var isUnderWay = false
        for effect in mine where !effect.state.isFinal {
            let channel = channels.first { $0.name == effect.parameters.channel }
            if effect.state.isPending, wasTold || channel.map(\.isDisabled) ?? true {
                way.steps.append(
                    .cancel(effect.id, effect.kind, because: wasTold ? "told_by_person" : "channel_closed")
                )
                continue
            }
            isUnderWay = true
            let isLast = !usable.contains { $0.name != effect.parameters.channel }
            if isLast, effect.attempts >= Self.failuresThatAsk { way.stuckSince = effect.plannedAt }
        }
        guard !isUnderWay, !wasTold else { return way }
        guard let next = usable.first else {
            way.stuckSince = mine.compactMap(\.endedAt).max() ?? message.since
            return way
        }
        way.steps.append(
            .plan(
                message.kind,
                target: next.target,
                EffectParameters(key: message.key, channel: next.name),
                attempts: usable.count > 1 ? Self.attemptsBeforeNext : Self.attemptsAtLast
            )
        )
        return way
    }
}
