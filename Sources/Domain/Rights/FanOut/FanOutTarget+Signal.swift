package import FoundationEssentials

/// What a target's part depends on: what its system can, and what is heard of it.
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
        /// Whether it is asked by a message and says what came of it later, by an event: that it was asked shows nothing.
        package var answersLater: Bool
        /// How often a person who is written to is reminded; nil where nobody is.
        package var remindEvery: Period?

        package init(
            canPoll: Bool = false,
            canLook: Bool = false,
            grace: Period? = nil,
            writes: Bool = false,
            answersLater: Bool = false,
            remindEvery: Period? = nil
        ) {
            self.canPoll = canPoll
            self.canLook = canLook
            self.grace = grace
            self.writes = writes
            self.answersLater = answersLater
            self.remindEvery = remindEvery
        }

        package init(of system: DataSystem, for operation: TargetOperation) {
            self.init(
                canLook: system.connector.canLook(after: operation),
                grace: operation.destroys ? system.grace : nil
            )
            switch system.connector {
            case .opendsr: canPoll = true
            case .http(let description): canPoll = description.procedures[operation]?.poll != nil
            case .amqp: answersLater = true
            case .email(let person):
                writes = true
                remindEvery = person.remindEvery
            case .postgres, .manual, .tus, .none: break
            }
        }
    }

    package enum Signal: Sendable, Hashable {
        /// An effect has come to its end.
        case ended(EffectKind, EffectEnd)
        case answered(TaskAnswer)
        /// The time of ``FanOutTarget/looksAgainAt`` has come: a grace is over, an app is asked again, a person is reminded.
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
}
