package import FoundationEssentials

/// What happens to a target's part, one signal after another: a pure function of the part, what its system can, and the time.
extension FanOutTarget {
    /// What its system can, and what counts there.
    package struct Abilities: Sendable, Hashable {
        /// Whether it can be asked whether what it accepted is done.
        package var canPoll: Bool
        /// Whether it can be asked whether anything is left.
        package var canLook: Bool
        /// How long what is deleted can still be restored; nil where it cannot.
        package var grace: Period?
        /// Whether a person is written to, rather than looking at the list.
        package var writes: Bool

        package init(canPoll: Bool = false, canLook: Bool = false, grace: Period? = nil, writes: Bool = false) {
            self.canPoll = canPoll
            self.canLook = canLook
            self.grace = grace
            self.writes = writes
        }

        package init(of system: DataSystem, for operation: TargetOperation) {
            switch system.connector {
            case .opendsr: canPoll = true
            case .http(let description): canPoll = description.procedures[operation]?.poll != nil
            case .postgres, .amqp, .email, .manual, .none: canPoll = false
            }
            canLook = system.connector.canLook(after: operation)
            grace = operation.destroys ? system.grace : nil
            if case .email = system.connector { writes = true } else { writes = false }
        }
    }

    package enum Signal: Sendable, Hashable {
        /// An effect has come to its end.
        case ended(EffectKind, EffectEnd)
        case answered(TaskAnswer)
        /// The time of `verifyAt` has come.
        case graceOver
        /// A person has it done anew, under this key.
        case again(UUID)
        /// The case goes on without it.
        case left(cause: String)
        case cancelled
    }

    /// How an effect ended.
    package struct EffectEnd: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable {
            case done
            case alreadyAbsent = "already_absent"
            case acceptedPending = "accepted_pending"
            /// Somebody's word against it: repeating is in vain.
            case refused
            /// All attempts failed.
            case failed
        }

        package let kind: Kind
        package let cause: String?
        package let findings: TargetFindings

        package init(_ kind: Kind, cause: String? = nil, findings: TargetFindings = TargetFindings()) {
            self.kind = kind
            self.cause = cause
            self.findings = findings
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
            // Who may get no new data gets no letter that holds some: our own people have it to do (G8, K16).
            let writes = abilities.writes && note == nil
            state = writes ? .acting : .pending
            return writes ? .targetAct : nil
        case .client, .time:
            state = .listed
            return nil
        }
    }

    /// Takes a signal; what can say nothing about where the target stands is dropped.
    package mutating func take(_ signal: Signal, _ abilities: Abilities, at now: Date) -> Next {
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
            if !state.isFinal { (state, self.cause) = (.left, cause) }
            return nil
        case .cancelled:
            if !state.isFinal { state = .cancelled }
            return nil
        case .graceOver:
            guard state == .grace, let verifyAt, verifyAt <= now else { return nil }
            return verify(abilities, at: now)
        case .ended(let kind, let end): return ended(kind, end, abilities, at: now)
        case .answered(let answer): return answered(answer, abilities, at: now)
        }
    }

    // MARK: Effects

    private mutating func ended(_ kind: EffectKind, _ end: EffectEnd, _ abilities: Abilities, at now: Date) -> Next {
        switch (kind, state) {
        case (.targetAct, .acting), (.targetLook, .pending), (.targetVerify, .verifying): break
        default: return nil
        }
        let before = findings
        findings = end.findings
        findings.reference = findings.reference ?? before.reference
        if kind == .targetVerify {
            // What was done stays what was done; the look adds how much of it is true.
            findings.rows = before.rows
            findings.parts = before.parts
            findings.signature = findings.signature ?? before.signature
            findings.digest = findings.digest ?? before.digest
        }
        switch end.kind {
        case .refused: return stop(.refused, end.cause)
        case .failed: return stop(.failed, end.cause)
        case .acceptedPending:
            outcome = .acceptedPending
            actedAt = actedAt ?? now
            state = .pending
            return abilities.canPoll ? .targetLook : nil
        case .done, .alreadyAbsent: break
        }
        if kind == .targetVerify { return verified(abilities, at: now) }
        // A letter has been sent; whoever got it has it to do.
        if way == .person {
            state = .pending
            return nil
        }
        outcome = end.kind == .alreadyAbsent ? .alreadyAbsent : .done
        actedAt = actedAt ?? now
        return acted(abilities, at: now)
    }

    private mutating func stop(_ outcome: Outcome, _ cause: String?) -> Next {
        self.outcome = outcome
        self.cause = cause
        state = .stuck
        return nil
    }

    /// Done, as far as it says.
    private mutating func acted(_ abilities: Abilities, at now: Date) -> Next {
        let restorable = outcome == .alreadyAbsent ? nil : abilities.grace.map { $0.end(after: now) }
        if let until = [findings.verifyAfter, restorable].compactMap({ $0 }).max(), until > now {
            verifyAt = until
            state = .grace
            return nil
        }
        return verify(abilities, at: now)
    }

    private mutating func verify(_ abilities: Abilities, at now: Date) -> Next {
        if let shown = findings.level, shown.reaches(level) { return settle(shown, at: now) }
        if abilities.canLook, way == .connector {
            state = .verifying
            return .targetVerify
        }
        if way == .person {
            // Nobody verifies what they did themselves.
            if level == .attestation { return settle(.attestation, at: now) }
            state = .verifying
            return nil
        }
        // That a call was answered says nothing; where nothing hangs on it, it has to do.
        if !isMandatory, level == .attestation { return settle(.attestation, at: now) }
        return stop(outcome ?? .done, "not_verified")
    }

    private mutating func verified(_ abilities: Abilities, at now: Date) -> Next {
        if let left = findings.stillThere, left > 0 { return stop(.stillThere, "still_there") }
        guard let shown = findings.level, shown.reaches(level) else { return stop(outcome ?? .done, "not_verified") }
        return settle(shown, at: now)
    }

    private mutating func settle(_ shown: Verification, at now: Date) -> Next {
        state = .verified
        verifiedAt = now
        verifiedBy = shown
        cause = nil
        return nil
    }

    // MARK: Answers

    private mutating func answered(_ answer: TaskAnswer, _ abilities: Abilities, at now: Date) -> Next {
        switch (answer.source, state) {
        case (.witness, .verifying) where way == .person:
            if answer.outcome == .stillThere { return stop(.stillThere, "still_there") }
            return answer.outcome == .done || answer.outcome == .alreadyAbsent ? settle(.person, at: now) : nil
        case (.witness, _): return nil
        // Of an app that is asked whether anything is left.
        case (.app, .verifying):
            switch answer.outcome {
            case .done, .alreadyAbsent:
                findings.stillThere = answer.outcome == .done ? answer.rows : 0
                findings.level = .probe
                return verified(abilities, at: now)
            case .retry: return .targetVerify
            case .refused, .failed, .stillThere, .acceptedPending: return stop(.failed, "not_verified")
            }
        case (_, .pending), (_, .acting), (.person, .stuck): break
        default: return nil
        }
        switch answer.outcome {
        case .done, .alreadyAbsent:
            outcome = answer.outcome == .alreadyAbsent ? .alreadyAbsent : .done
            actedAt = actedAt ?? answer.at
            findings.rows = answer.rows
            findings.verifyAfter = answer.verifyAfter
            findings.level = way == .person ? nil : .attestation
            return acted(abilities, at: now)
        case .acceptedPending:
            outcome = .acceptedPending
            actedAt = actedAt ?? answer.at
            guard let until = answer.verifyAfter else {
                state = .pending
                return nil
            }
            findings.verifyAfter = until
            findings.level = way == .person ? nil : .attestation
            return acted(abilities, at: now)
        case .refused: return stop(.refused, "refused")
        case .retry:
            guard way == .connector else { return nil }
            state = .acting
            return .targetAct
        case .failed: return stop(.failed, "failed")
        case .stillThere: return stop(.stillThere, "still_there")
        }
    }
}

extension Period {
    /// When so much time is over, counted from an instant: without holidays, in days of 24 hours, for technical periods such as
    /// how long a peer can restore what it deleted.
    package func end(after instant: Date) -> Date {
        let seconds: Double =
            switch unit {
            case .minute: 60
            case .hour: 3_600
            case .calendarDay: 86_400
            case .businessDay: 86_400 * 7 / 5
            case .calendarMonth: 86_400 * 31
            }
        return instant.addingTimeInterval(Double(count) * seconds)
    }
}
