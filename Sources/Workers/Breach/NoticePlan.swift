package import FoundationEssentials
import Ledger
import Rights

/// What the breach worker does about what one client is told, of its part of an incident or of a change: a pure function from what is
/// known to the steps that are missing. Looked at twice it has nothing new to say.
///
/// What is owed is the latest content, which holds all that is known; an earlier one that has not left is taken back for it. It goes over
/// the client's first channel and, as soon as an attempt there has failed, over the next beside it, until one takes it. A mail server
/// that only wants to be asked again (greylisting, RFC 6647) is asked a second time before that: or every client behind one would be told
/// twice. Then somebody at the client has a time to say that it was read; after it the client is told again, first over the channels that it was
/// not told over, and after two such rounds a person is called. A person is called, too, where no channel takes it.
///
/// Where the list of its people is put together, the client is told when it is ready, as soon as it has heard of the incident at all: by
/// a content of its own that wants no answer of its own. No end comes before that.
///
/// Of a change there is one content and nobody has to say that it was read: the client has a window for objections, and the end of that
/// window ends the case, once no person has anything left to do about an objection.
package struct NoticePlan: Sendable {
    /// Attempts over one channel: about three days.
    package static let attempts = 80
    /// Failures over every channel after which a person is called, while attempts go on.
    package static let failuresThatAsk = 3
    /// How often a client that keeps silent is told again.
    package static let rounds = 2

    private let facts: NoticeFacts
    private let latest: NoticeFacts.Content

    /// Nil where there is nothing to tell.
    package init?(_ facts: NoticeFacts) {
        guard let latest = facts.contents.last else { return nil }
        self.facts = facts
        self.latest = latest
    }

    package var steps: [NoticeStep] {
        // Whatever is said after the end is still on record.
        guard !facts.state.isFinal else { return entered }
        if isMoot { return taken(all: true) + [.end(isTold: true)] }
        let answer = facts.matter == .incident ? acknowledgement : []
        return entered + told + taken(all: false) + delivery + answer + listed + ending
    }

    // MARK: What has happened

    /// A false alarm of which this client can have heard nothing: it need not hear of it. A call that failed may have arrived.
    private var isMoot: Bool {
        latest.kind == .withdrawn && firstTold == nil
            && !facts.effects.contains { $0.attempts > 0 || $0.state == .leased || $0.state == .done }
    }

    private var entered: [NoticeStep] {
        facts.acknowledgements.filter { !$0.isEntered }.map { .acknowledged($0.id, at: $0.at) }
    }

    private var told: [NoticeStep] {
        guard facts.toldAt == nil, let first = firstTold else { return [] }
        return [.told(at: first)]
    }

    /// When the first content of all reached the client: a channel took it, or a person says that it was told.
    private var firstTold: Date? {
        let arrived = facts.effects.filter { $0.state == .done }.compactMap(\.endedAt)
        return (arrived + facts.reviews.compactMap { Self.word($0, of: facts.matter.unreached) }).min()
    }

    /// When the latest content did, for the last time.
    private var lastArrival: Date? { arrivals.max() }

    /// When it did, over a channel or told by a person who was asked to.
    private var arrivals: [Date] { arrivals(from: latest) }

    /// When this content, or one after it, did.
    private func arrivals(from content: NoticeFacts.Content) -> [Date] {
        let keys = Set(facts.contents.filter { $0.number >= content.number }.map(\.key))
        let byPerson = facts.reviews.filter { $0.openedAt >= content.madeAt }
        return facts.effects.filter { keys.contains($0.key) && $0.state == .done }.compactMap(\.endedAt)
            + byPerson.compactMap { Self.word($0, of: facts.matter.unreached) }
    }

    private static func word(_ review: CaseReview, of kind: ReviewKind) -> Date? {
        review.kind == kind && review.verdict == .confirmed ? review.settledAt : nil
    }

    /// Whether a person has said that the client cannot be told.
    private var isGivenUp: Bool {
        facts.reviews.contains {
            $0.kind == facts.matter.unreached && $0.verdict == .denied && $0.openedAt >= latest.madeAt
        }
    }

    private var mine: [NoticeFacts.Effect] { facts.effects.filter { $0.key == latest.key } }

    private var isTold: Bool { lastArrival != nil }

    /// Whether the latest has not reached the client yet, and is to.
    package var isUntold: Bool { !facts.state.isFinal && !isTold && !isGivenUp }

    /// Whether a reminder of the same round has arrived.
    private func isTold(since time: Date) -> Bool {
        mine.contains {
            $0.kind == .breachReminder && $0.state == .done && $0.plannedAt <= time
                && ($0.endedAt ?? .distantPast) >= time
        }
            || mine.contains { $0.kind == .breachReminder && $0.state == .done && $0.plannedAt >= time }
    }

    /// Whether somebody at the client has read it. The last word wants no answer of its own, if there ever was one.
    private var isAcknowledged: Bool {
        if latest.kind == .withdrawn { return true }
        // Nobody has read what has not arrived. That a list is ready says nothing new of the incident.
        let news = facts.contents.last { $0.kind != .list } ?? latest
        guard let first = arrivals(from: news).min() else { return false }
        let since = latest.kind.isLast ? Date.distantPast : first
        // Times on the wire are often whole seconds.
        return facts.acknowledgements.contains { $0.at > since.addingTimeInterval(-1) }
            || facts.reviews.contains { review in
                guard let settled = review.settledAt, settled >= since, review.kind == .breachSilent else {
                    return false
                }
                return review.verdict == .confirmed || (latest.kind.isLast && review.verdict == .denied)
            }
    }

    private func isOpen(_ kind: ReviewKind) -> Bool {
        facts.reviews.contains { $0.kind == kind && $0.isOpen }
    }

    // MARK: What is taken back

    private func taken(all: Bool) -> [NoticeStep] {
        facts.effects.compactMap { effect in
            guard effect.state.isPending else { return nil }
            if all { return .cancel(effect.id, because: "false_alarm") }
            if effect.key != latest.key { return .cancel(effect.id, because: "superseded") }
            if effect.kind == facts.matter.notice, isTold { return .cancel(effect.id, because: "told_otherwise") }
            if effect.kind == .breachReminder, isTold(since: effect.plannedAt) {
                return .cancel(effect.id, because: "told_otherwise")
            }
            if effect.kind == .breachReminder, isAcknowledged { return .cancel(effect.id, because: "acknowledged") }
            let isClosed = facts.channels.first { $0.name == effect.channel }?.isDisabled ?? true
            return isClosed ? .cancel(effect.id, because: "channel_closed") : nil
        }
    }

    // MARK: Telling

    private var delivery: [NoticeStep] {
        guard !isTold else { return isOpen(facts.matter.unreached) ? [.dismiss(facts.matter.unreached)] : [] }
        let sent = mine.filter { $0.kind == facts.matter.notice && $0.state != .cancelled }
        let open = facts.channels.filter { !$0.isDisabled }
        // One that has not failed yet, and can go, is given its time.
        if sent.contains(where: isUnderWay) { return [] }
        if let next = open.first(where: { channel in !sent.contains { $0.channel == channel.name } }) {
            return [plan(facts.matter.notice, over: next)]
        }
        let isStuck = open.allSatisfy { channel in
            sent.contains { $0.channel == channel.name && isFailing($0, channel) }
        }
        // A person who was asked to tell what came before is asked for all of it.
        let stale = facts.reviews.contains {
            $0.kind == facts.matter.unreached && $0.isOpen && $0.openedAt < latest.madeAt
        }
        if stale { return [.dismiss(facts.matter.unreached)] }
        let wasAsked = facts.reviews.contains {
            $0.kind == facts.matter.unreached && $0.verdict != .moot && $0.openedAt >= latest.madeAt
        }
        return isStuck && !wasAsked ? [.review(facts.matter.unreached)] : []
    }

    /// How long a place may be out of reach before a person is asked in its stead, seconds.
    private static let patience: TimeInterval = 600

    /// How long the second attempt at a server that wants to be asked again is waited for, seconds: it is due after five at most.
    private static let patienceWithPuttingOff: TimeInterval = 60

    /// When to look again although nothing has happened: only the time that passes says that a server wants to be asked too often.
    package var nextLook: Date? {
        guard !facts.state.isFinal, !isTold else { return nil }
        return mine.filter { $0.isPutOff && !$0.state.isFinal }
            .map { $0.plannedAt.addingTimeInterval(Self.patienceWithPuttingOff) }.filter { $0 > facts.now }.min()
    }

    /// Asked once, and asked to come again.
    private func isGivenAnotherChance(_ effect: NoticeFacts.Effect) -> Bool {
        effect.isPutOff && effect.attempts == 1
            && facts.now.timeIntervalSince(effect.plannedAt) < Self.patienceWithPuttingOff
    }

    private func isUnderWay(_ effect: NoticeFacts.Effect) -> Bool {
        guard !effect.state.isFinal, effect.attempts == 0 || isGivenAnotherChance(effect),
            let channel = facts.channels.first(where: { $0.name == effect.channel && !$0.isDisabled })
        else { return false }
        return effect.state == .leased || !channel.isBlocked
    }

    private func isFailing(_ effect: NoticeFacts.Effect, _ channel: NoticeFacts.Channel) -> Bool {
        effect.state == .parked || effect.attempts >= Self.failuresThatAsk
            || (channel.isBlocked && facts.now.timeIntervalSince(effect.plannedAt) >= Self.patience)
    }

    private func plan(_ kind: EffectKind, over channel: NoticeFacts.Channel) -> NoticeStep {
        .plan(kind, target: channel.target, key: latest.key, channel: channel.name, attempts: Self.attempts)
    }

    // MARK: Being heard

    private var acknowledgement: [NoticeStep] {
        guard let arrived = lastArrival else { return stopped }
        guard !isAcknowledged else { return stopped + (isOpen(.breachSilent) ? [.dismiss(.breachSilent)] : []) }
        let clock = facts.acknowledgementClock
        if clock?.isOpen == true { return [] }
        guard let clock, clock.anchor >= arrived else { return [.awaitAcknowledgement] }
        // Its time is over. What was planned since is this round, whichever channel takes it.
        let reminders = mine.filter { $0.kind == .breachReminder && $0.state != .cancelled }
        let isLastRound = reminders.count { $0.state == .done } >= Self.rounds
        let round = reminders.filter { $0.plannedAt >= clock.anchor && $0.state != .done }
        if round.contains(where: isUnderWay) { return [] }
        if !isLastRound, let next = channelForReminder(besides: round) { return [plan(.breachReminder, over: next)] }
        let wasAsked = facts.reviews.contains {
            $0.kind == .breachSilent && $0.verdict != .moot && ($0.settledAt.map { $0 >= latest.madeAt } ?? true)
        }
        return wasAsked ? [] : [.review(.breachSilent)]
    }

    private var stopped: [NoticeStep] { facts.acknowledgementClock?.isOpen == true ? [.stopAwaiting] : [] }

    /// Of the channels that this round has not tried the one over which it was said least often; those that fail come last.
    private func channelForReminder(besides round: [NoticeFacts.Effect]) -> NoticeFacts.Channel? {
        let open = facts.channels.filter { channel in
            !channel.isDisabled && !round.contains { $0.channel == channel.name }
        }
        func rank(_ channel: NoticeFacts.Channel) -> Int {
            let sent = mine.filter { $0.channel == channel.name }
            let said = sent.count { $0.state == .done }
            let isFailing = said == 0 && sent.contains { $0.attempts > 0 }
            return said + (isFailing ? 1_000 : 0)
        }
        let least = open.map(rank).min()
        return open.first { rank($0) == least }
    }

    // MARK: The list of its people

    private var listed: [NoticeStep] {
        guard let list = facts.list, list.isReady, awaitsList, isTold else { return [] }
        return [.list(list.id)]
    }

    /// Whether the client is still to be told that there is one.
    private var awaitsList: Bool { facts.list.map { !$0.isSaid } == true && latest.kind != .withdrawn }

    // MARK: The end

    private var ending: [NoticeStep] {
        if facts.matter == .announcement { return windowEnd }
        guard latest.kind.isLast else { return [] }
        if isTold { return isAcknowledged && !awaitsList ? [.end(isTold: true)] : [] }
        return isGivenUp ? [.end(isTold: false)] : []
    }

    /// A person's word about an objection is waited for, however long it takes.
    private var windowEnd: [NoticeStep] {
        guard !isOpen(.objection) else { return [] }
        guard isTold else { return isGivenUp ? [.end(isTold: false)] : [] }
        guard let window = facts.window, !window.isOpen else { return [] }
        return (facts.objections == 0 ? [.unopposed] : []) + [.end(isTold: true)]
    }
}
