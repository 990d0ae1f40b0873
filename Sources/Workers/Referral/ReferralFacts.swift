package import Fleet
package import FoundationEssentials
package import Ledger
package import Rights

/// Everything that ``ReferralPlan`` decides from, about one case: values, read under the case's lock.
package struct ReferralFacts: Sendable {
    /// Whether the person can be written to.
    package enum SubjectReach: Sendable, Hashable {
        case reachable
        /// Nobody gave an address of theirs.
        case noAddress
        /// Behind the address is a machine that must not be answered.
        case automatic
    }

    package struct Channel: Sendable, Hashable {
        package let name: String
        package let target: String
        /// The receiver wants nothing more there.
        package let isDisabled: Bool

        package init(_ name: String, target: String, isDisabled: Bool = false) {
            self.name = name
            self.target = target
            self.isDisabled = isDisabled
        }
    }

    package struct Client: Sendable, Hashable {
        /// In the client's order of preference.
        package var channels: [Channel]
        /// Why nothing may be referred to it.
        package var prohibition: String?

        package init(channels: [Channel], prohibition: String? = nil) {
            self.channels = channels
            self.prohibition = prohibition
        }
    }

    package struct Effect: Sendable, Hashable {
        package let id: UUID
        package let kind: EffectKind
        package let parameters: EffectParameters
        package var state: EffectState
        package var attempts: Int
        package var plannedAt: Date
        package var endedAt: Date?

        package init(
            id: UUID = UUID(),
            _ kind: EffectKind,
            _ parameters: EffectParameters = EffectParameters(),
            _ state: EffectState = .planned,
            attempts: Int = 0,
            plannedAt: Date,
            endedAt: Date? = nil
        ) {
            self.id = id
            self.kind = kind
            self.parameters = parameters
            self.state = state
            self.attempts = attempts
            self.plannedAt = plannedAt
            self.endedAt = endedAt
        }
    }

    package struct Clock: Sendable, Hashable {
        package var anchor: Date
        package var isOpen: Bool

        package init(anchor: Date, isOpen: Bool = true) {
            self.anchor = anchor
            self.isOpen = isOpen
        }
    }

    package var kind: CaseKind
    package var lane: Lane
    package var state: CaseState
    package var stateSince: Date
    package var receivedAt: Date
    package var right: Right?
    /// Who tells the person, as the client's decision says; nil as long as the client of a referred case has not decided.
    package var answerBy: Answerer?
    package var extendedAt: Date?
    /// When it was said that the restriction ends.
    package var liftedAt: Date?
    /// Another case answers this one, too: everything is said about that one.
    package var isLinked = false
    /// The person was asked who they are and has not answered.
    package var awaitsIdentity = false
    /// When somebody last vouched for the person.
    package var identityAnsweredAt: Date?
    package var subject: SubjectReach
    /// Nil while it is not known.
    package var client: Client?
    /// Why this very case may not be referred.
    package var prohibition: String?
    /// The last time that the chain says so.
    package var notedProhibition: NotedProhibition?
    /// Of an authority's demand; nil for everything else.
    package var disclosure: Disclosure?
    /// In the order in which they were planned.
    package var effects: [Effect] = []
    package var clocks: [ClockRule.Clock: Clock] = [:]
    /// All that there ever were, in the order in which they were opened.
    package var reviews: [CaseReview] = []
    /// The names of the facts that the case's chain holds.
    package var recorded: Set<String> = []

    package init(
        kind: CaseKind = .request,
        lane: Lane,
        state: CaseState,
        stateSince: Date,
        receivedAt: Date,
        right: Right?,
        subject: SubjectReach,
        client: Client?
    ) {
        self.kind = kind
        self.lane = lane
        self.state = state
        self.stateSince = stateSince
        self.receivedAt = receivedAt
        self.right = right
        self.subject = subject
        self.client = client
    }

    /// Takes in what a step does to clocks, calls of people and facts, so that the next look finds it. What it does to the case
    /// itself and to its effects is read anew.
    package mutating func enter(_ step: ReferralStep, at now: Date) {
        switch step {
        case .plan, .cancel, .apply: break
        case .stop(let clock): clocks[clock]?.isOpen = false
        case .review(let kind): reviews.append(CaseReview(kind, openedAt: now))
        case .dismiss(let kind): reviews.dismiss(kind, at: now)
        case .clientTold: disclosure?.isTold = true
        case .record(let fact):
            recorded.insert(fact.name)
            if case .prohibited(let reason, _) = fact { notedProhibition = NotedProhibition(reason: reason, at: now) }
        }
    }
}
