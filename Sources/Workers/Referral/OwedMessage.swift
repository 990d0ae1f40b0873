import Fleet
import FoundationEssentials
import Ledger
import Rights

/// Something that has to be said about a case, whoever has to be asked for the way.
struct OwedMessage: Hashable {
    let kind: EffectKind
    /// See ``EffectParameters/key``.
    let key: String
    /// Since when it is owed: a person's word about the way counts from then on.
    let since: Date

    init(_ kind: EffectKind, _ key: String = "", since: Date) {
        self.kind = kind
        self.key = key
        self.since = since
    }

    func isSaid(by effect: ReferralFacts.Effect) -> Bool { effect.kind == kind && effect.parameters.key == key }
}

extension ReferralFacts {
    /// What is owed to the person as the case stands, said or not.
    var owedToSubject: [OwedMessage] {
        switch lane {
        // Whoever the client has asked for answers the client, and nobody but the client.
        case .fulfilment, .notice: return []
        // What an authority gets about a person it is for the controller to say, where anybody may.
        case .disclosure: return []
        case .referral:
            // However the case ends the notice is owed, except to one who has taken the request back.
            let notice = state == .withdrawn ? [] : [OwedMessage(.subjectNotice, since: receivedAt)]
            return notice + (answerBy == .vendor ? questionsAndAnswers : [])
        case .own:
            let receipt = state.isFinal ? [] : [OwedMessage(.subjectReceipt, since: receivedAt)]
            return receipt + questionsAndAnswers
        }
    }

    private var questionsAndAnswers: [OwedMessage] {
        var owed: [OwedMessage] = []
        if let identity = identityQuestion { owed.append(identity) }
        if let extendedAt, !state.isFinal {
            owed.append(OwedMessage(.subjectExtension, EventTime.text(extendedAt), since: extendedAt))
        }
        switch state {
        case .onHold, .fulfilled, .partlyFulfilled, .refused, .lapsed, .handedOver:
            owed.append(OwedMessage(.subjectAnswer, state.rawValue, since: stateSince))
        // Who withdraws knows of it.
        case .withdrawn, .received, .needsClient, .needsIdentity, .needsFee, .referred, .inProgress: break
        }
        return owed + [liftNotice].compactMap { $0 }
    }

    /// That a restriction ends, which the person is told before (GDPR Art. 18(3)).
    var liftNotice: OwedMessage? {
        guard let liftedAt, right == .restriction, lane == .own || answerBy == .vendor,
            state == .fulfilled || state == .partlyFulfilled
        else { return nil }
        return OwedMessage(.subjectRestrictionLifted, since: liftedAt)
    }

    /// The question who the person is; another one where somebody has vouched for less than is needed.
    var identityQuestion: OwedMessage? {
        guard state == .needsIdentity, lane == .own || answerBy == .vendor else { return nil }
        let since = max(stateSince, identityAnsweredAt ?? stateSince)
        return OwedMessage(.subjectIdentity, EventTime.text(since), since: since)
    }

    /// What is owed to the client as the case stands, said or not.
    var owedToClient: [OwedMessage] {
        guard client != nil, !isProhibited else { return [] }
        switch (lane, state) {
        case (.own, _), (.notice, _): return []
        case (.disclosure, _): return owedOfDisclosure
        case (.referral, .received): return [OwedMessage(.clientReferral, since: stateSince)]
        case (.referral, .referred): return [reminder].compactMap { $0 }
        case (.referral, .handedOver) where answerBy == nil: return [OwedMessage(.clientUndecided, since: stateSince)]
        case (.referral, _) where answerBy == nil && !(state == .withdrawn && isReferralOut): return []
        case (_, .onHold), (_, .fulfilled), (_, .partlyFulfilled), (_, .refused), (_, .handedOver), (_, .withdrawn),
            (_, .lapsed):
            return [OwedMessage(.clientAnswer, state.rawValue, since: stateSince)]
        case (_, .received), (_, .needsClient), (_, .needsIdentity), (_, .needsFee), (_, .referred), (_, .inProgress):
            return []
        }
    }

    /// One at a time, for each time that the clock has rung; the third is another letter.
    private var reminder: OwedMessage? {
        // The clock's first turn begins with the referral itself.
        guard let clock = clocks[.clientReminder], clock.anchor > stateSince else { return nil }
        let before = effects.filter {
            ($0.kind == .clientReminder || $0.kind == .clientEscalation) && $0.state != .cancelled
        }
        if let open = before.first(where: { !$0.state.isFinal }) {
            return OwedMessage(open.kind, open.parameters.key, since: open.plannedAt)
        }
        let key = EventTime.text(clock.anchor)
        if let same = before.first(where: { $0.parameters.key == key }) {
            return OwedMessage(same.kind, key, since: clock.anchor)
        }
        // One that took its time to arrive was a reminder for this turn, too.
        if before.contains(where: { $0.state == .done && ($0.endedAt ?? .distantPast) >= clock.anchor }) { return nil }
        let isLate = Set(before.map(\.parameters.key)).count >= 2
        return OwedMessage(isLate ? .clientEscalation : .clientReminder, key, since: clock.anchor)
    }

    /// Whether the client was told, or may be by a call that is under way.
    var isReferralOut: Bool {
        isReferralDone || effects.contains { $0.kind == .clientReferral && $0.state == .leased }
    }

    /// Whether the client was told of the request: by a channel that took it, or by a person.
    var isReferralDone: Bool {
        effects.contains { $0.kind == .clientReferral && $0.state == .done } || wasTold(.clientUnreachable)
    }

    /// Whether a person has said that they told whoever no machine could reach.
    func wasTold(_ kind: ReviewKind, since time: Date = .distantPast) -> Bool {
        reviews.contains { $0.kind == kind && $0.verdict == .confirmed && ($0.settledAt ?? .distantPast) >= time }
    }

    /// Why nothing may be referred to the client; nil where it may, or where a person has said that it may after all.
    var prohibitionInForce: (reason: String, ofCase: Bool)? {
        let current = prohibition.map { ($0, true) } ?? client?.prohibition.map { ($0, false) }
        guard lane == .referral, let current else { return nil }
        let isLifted = reviews.contains { review in
            review.kind == .referralProhibited && review.verdict == .denied
                && notedProhibition?.isLifted(bySaying: review.settledAt, of: current.0) ?? true
        }
        return isLifted ? nil : current
    }

    private var isProhibited: Bool { prohibitionInForce != nil }
}
