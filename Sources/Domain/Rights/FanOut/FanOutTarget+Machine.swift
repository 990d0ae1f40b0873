package import FoundationEssentials

/// What happens to a target's part, one signal after another: a pure function of the part, what its system can, and the time.
extension FanOutTarget {
    /// How long an app is left alone that wants to be asked again.
    static let pause: TimeInterval = 15 * 60

    /// When it is to be looked at again although nobody has said anything: the end of a grace, an app's pause, a reminder.
    package var looksAgainAt: Date? {
        switch state {
        case .grace, .pending, .verifying: verifyAt
        case .waiting, .acting, .verified, .listed, .stuck, .left, .cancelled: nil
        }
    }

    /// What the target needs next: a kind of effect, or nil for nothing but time or somebody's word.
    package typealias Next = EffectKind?

    /// Its turn has come.
    package mutating func begin(_ abilities: Abilities) -> Next {
        guard state == .waiting else { return nil }
        switch way {
        case .connector:
            state = .acting
            return .targetAct
        case .person:
            let writes = isWrittenTo(abilities)
            state = writes ? .acting : .pending
            return writes ? .targetAct : nil
        case .client, .time:
            state = .listed
            return nil
        }
    }

    /// Takes a signal; what can say nothing about where the target stands is dropped.
    package mutating func take(_ signal: Signal, _ abilities: Abilities, at now: Date) -> Next {
        // Where it goes on may say, sealed, who was found: nothing goes on any more.
        defer { if state.isFinal { findings.checkpoint = nil } }
        switch signal {
        case .again(let key):
            guard state == .stuck else { return nil }
            self.key = key
            repeats += 1
            state = .waiting
            outcome = nil
            cause = nil
            findings = TargetFindings()
            (actedAt, verifyAt, verifiedAt, verifiedBy) = (nil, nil, nil, nil)
            return begin(abilities)
        case .left(let cause):
            guard !state.isFinal else { return nil }
            // A bundle says why it is not in it.
            if operation == .collect { findings.reason = self.cause }
            (state, self.cause) = (.left, cause)
            return nil
        case .cancelled:
            if !state.isFinal { state = .cancelled }
            return nil
        case .graceOver:
            guard let time = looksAgainAt, time <= now else { return nil }
            return timeIsUp(abilities, at: now)
        case .ended(let kind, let end): return ended(kind, end, abilities, at: now)
        case .answered(let answer): return answered(answer, abilities, at: now)
        }
    }

    private mutating func timeIsUp(_ abilities: Abilities, at now: Date) -> Next {
        switch (state, way) {
        case (.grace, _): return verify(abilities, at: now)
        case (.pending, .person):
            verifyAt = reminder(abilities, at: now)
            return isWrittenTo(abilities) ? .targetAct : nil
        case (.pending, .connector) where abilities.answersLater:
            verifyAt = nil
            state = .acting
            return .targetAct
        case (.verifying, .connector):
            verifyAt = nil
            return .targetVerify
        default:
            verifyAt = nil
            return nil
        }
    }

    private func reminder(_ abilities: Abilities, at now: Date) -> Date? {
        guard isWrittenTo(abilities) else { return nil }
        return abilities.remindEvery?.end(after: now)
    }

    /// Who may get no new data gets no letter that holds some: our own people have it to do (G8, K16).
    private func isWrittenTo(_ abilities: Abilities) -> Bool { way == .person && abilities.writes && note == nil }

    // MARK: Effects

    private mutating func ended(_ kind: EffectKind, _ end: EffectEnd, _ abilities: Abilities, at now: Date) -> Next {
        switch (kind, state) {
        case (.targetAct, .acting), (.targetLook, .pending), (.targetVerify, .verifying): break
        // What a reminder came to is no matter: whoever got it has it to do all the same.
        default: return nil
        }
        let isOver = end.kind != .refused && end.kind != .failed
        // The question has been asked; what is left there its answer says.
        if kind == .targetVerify, isOver, abilities.answersLater, end.findings.level == nil { return nil }
        let before = findings
        findings = kind == .targetVerify ? before.seen(by: end.findings) : end.findings
        findings.reference = findings.reference ?? before.reference
        findings.answer = findings.answer ?? before.answer
        switch end.kind {
        case .refused: return stop(.refused, end.cause)
        case .failed: return stop(.failed, end.cause)
        case .done, .alreadyAbsent, .acceptedPending: break
        }
        if kind == .targetVerify { return verified(at: now) }
        // A letter has been sent; whoever got it has it to do.
        if way == .person {
            state = .pending
            verifyAt = reminder(abilities, at: now)
            return nil
        }
        actedAt = actedAt ?? now
        if end.kind == .acceptedPending {
            outcome = .acceptedPending
            if abilities.canPoll || abilities.answersLater {
                state = .pending
                return abilities.canPoll ? .targetLook : nil
            }
            return acted(abilities, at: now)
        }
        outcome = end.kind == .alreadyAbsent ? .alreadyAbsent : .done
        return acted(abilities, at: now)
    }

    mutating func stop(_ outcome: Outcome, _ cause: String?) -> Next {
        self.outcome = outcome
        self.cause = cause
        state = .stuck
        verifyAt = nil
        return nil
    }

    /// Done, as far as it says.
    mutating func acted(_ abilities: Abilities, at now: Date) -> Next {
        let restorable = outcome == .alreadyAbsent ? nil : abilities.grace.map { $0.end(after: now) }
        if let until = [findings.verifyAfter, restorable].compactMap({ $0 }).max(), until > now {
            verifyAt = until
            state = .grace
            return nil
        }
        return verify(abilities, at: now)
    }

    private mutating func verify(_ abilities: Abilities, at now: Date) -> Next {
        verifyAt = nil
        // That it was accepted is no word that it is done.
        let isSaid = outcome == .done || outcome == .alreadyAbsent
        if isSaid, let shown = findings.level, shown.reaches(level) { return settle(shown, at: now) }
        if abilities.canLook, way == .connector {
            state = .verifying
            return .targetVerify
        }
        if !isSaid, way == .person || abilities.answersLater {
            state = .pending
            verifyAt = reminder(abilities, at: now)
            return nil
        }
        if way == .person {
            // Nobody verifies what they did themselves.
            if level == .attestation { return settle(.attestation, at: now) }
            state = .verifying
            return nil
        }
        // That a call was answered says nothing; where nothing hangs on it, it has to do.
        if isSaid, !isMandatory, level == .attestation { return settle(.attestation, at: now) }
        return stop(outcome ?? .done, "not_verified")
    }

    private mutating func verified(at now: Date) -> Next {
        if let left = findings.stillThere, left > 0 { return stop(.stillThere, "still_there") }
        guard let shown = findings.level, shown.reaches(level) else { return stop(outcome ?? .done, "not_verified") }
        return settle(shown, at: now)
    }

    private mutating func settle(_ shown: Verification, at now: Date) -> Next {
        state = .verified
        verifiedAt = now
        verifiedBy = shown
        cause = nil
        verifyAt = nil
        return nil
    }

    // MARK: Answers

    private mutating func answered(_ answer: TaskAnswer, _ abilities: Abilities, at now: Date) -> Next {
        // Of a connector's targets only an app's are answered by events.
        guard answer.source != .app || way == .person || abilities.answersLater else { return nil }
        switch (answer.source, state) {
        case (.witness, .verifying) where way == .person: return witnessed(answer, at: now)
        case (.app, .verifying) where way == .connector: return looked(answer, at: now)
        // An app that never says what is left there: a person gives it up.
        case (.person, .verifying) where way == .connector && abilities.answersLater:
            return answer.outcome == .refused || answer.outcome == .failed ? stop(.failed, "not_verified") : nil
        case (.app, .pending), (.app, .acting), (.app, .stuck), (.person, .pending), (.person, .acting),
            (.person, .stuck):
            return said(answer, abilities, at: now)
        default: return nil
        }
    }

    /// What became of it, by the word of whoever was to do it.
    private mutating func said(_ answer: TaskAnswer, _ abilities: Abilities, at now: Date) -> Next {
        switch answer.outcome {
        case .done, .alreadyAbsent:
            outcome = answer.outcome == .alreadyAbsent ? .alreadyAbsent : .done
            cause = nil
            // On the clock of whoever did it: what they say later is told from this by it.
            actedAt = answer.at
            findings.rows = answer.rows
            findings.stillThere = nil
            findings.verifyAfter = answer.verifyAfter
            findings.level = way == .person ? nil : .attestation
            let isHandedOver =
                operation == .collect && answer.outcome == .done && (way == .connector || answer.files != nil)
            return isHandedOver ? handedOver(answer, abilities, at: now) : acted(abilities, at: now)
        case .acceptedPending:
            // Of a machine's target nobody would say more; with a date it is looked at then.
            guard answer.verifyAfter != nil || way == .person || abilities.answersLater else { return nil }
            outcome = .acceptedPending
            cause = nil
            actedAt = answer.at
            findings.verifyAfter = answer.verifyAfter
            findings.level = nil
            guard answer.verifyAfter != nil else {
                state = .pending
                verifyAt = reminder(abilities, at: now)
                return nil
            }
            return acted(abilities, at: now)
        case .refused: return stop(.refused, "refused")
        case .retry:
            guard way == .connector else { return nil }
            state = .pending
            cause = nil
            verifyAt = now.addingTimeInterval(Self.pause)
            return nil
        case .failed: return stop(.failed, "failed")
        case .stillThere: return stop(.stillThere, "still_there")
        }
    }

    /// Somebody who did not do it has looked.
    private mutating func witnessed(_ answer: TaskAnswer, at now: Date) -> Next {
        switch answer.outcome {
        case .stillThere: return stop(.stillThere, "still_there")
        case .done, .alreadyAbsent:
            findings.stillThere = 0
            findings.level = .person
            return verified(at: now)
        case .acceptedPending, .refused, .retry, .failed: return nil
        }
    }

    /// An app was asked whether anything is left, and answers: `already_absent`, or `done` with how many records are left.
    private mutating func looked(_ answer: TaskAnswer, at now: Date) -> Next {
        if let said = actedAt {
            // It was said before the question was asked.
            if answer.at < said { return nil }
            // The same again, word for word: it may be a repetition, and one says nothing (G12). A true answer comes later.
            if answer.at == said, answer.outcome.rawValue == outcome?.rawValue, answer.rows == findings.rows {
                return .targetVerify
            }
        }
        switch answer.outcome {
        case .alreadyAbsent:
            findings.stillThere = 0
            findings.level = .probe
            return verified(at: now)
        case .done:
            // Done, and nothing of what is left: it has not understood the question.
            guard let left = answer.rows else { return stop(outcome ?? .done, "not_verified") }
            findings.stillThere = left
            findings.level = .probe
            return verified(at: now)
        case .acceptedPending:
            verifyAt = answer.verifyAfter.flatMap { $0 > now ? $0 : nil }
            return nil
        case .retry:
            verifyAt = now.addingTimeInterval(Self.pause)
            return nil
        case .stillThere: return stop(.stillThere, "still_there")
        case .refused, .failed: return stop(.failed, "not_verified")
        }
    }
}
