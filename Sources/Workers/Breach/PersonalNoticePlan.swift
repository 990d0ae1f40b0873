import Fleet
package import FoundationEssentials
import Ledger
package import Rights

/// What the breach worker does about one person who is told of an incident in data that the vendor itself controls (G13): a pure function
/// from what is known to the steps that are missing.
///
/// One mail, once: what the relay took ends the case, what it refuses calls a person. Where it is decided otherwise, or the alarm was
/// false, what has not left does not leave; one that is under way is waited for.
package struct PersonalNoticePlan: Sendable {
    /// Attempts: about three days.
    package static let attempts = 80

    package struct Facts: Sendable, Hashable {
        package var state: CaseState
        /// Whether it was decided, and stands, that the people are told.
        package var isWanted: Bool
        package var toldAt: Date?
        /// In the order in which they were planned.
        package var effects: [NoticeFacts.Effect]

        package init(
            state: CaseState,
            isWanted: Bool,
            toldAt: Date? = nil,
            effects: [NoticeFacts.Effect] = []
        ) {
            self.state = state
            self.isWanted = isWanted
            self.toldAt = toldAt
            self.effects = effects
        }
    }

    package enum Step: Sendable, Hashable {
        case plan
        case cancel(UUID)
        case told(at: Date)
        /// It was decided otherwise before anything had left.
        case stopped
        /// A person is called: no mail reaches this one.
        case unreached
        case end(isTold: Bool)
    }

    private let facts: Facts

    package init(_ facts: Facts) { self.facts = facts }

    package var steps: [Step] {
        if facts.toldAt == nil, let arrived = facts.effects.first(where: { $0.state == .done })?.endedAt {
            return [.told(at: arrived)] + (facts.state.isFinal ? [] : [.end(isTold: true)])
        }
        guard !facts.state.isFinal else { return [] }
        guard facts.isWanted else {
            let pending = facts.effects.filter(\.state.isPending).map { Step.cancel($0.id) }
            return facts.effects.contains { $0.state == .leased } ? pending : pending + [.stopped, .end(isTold: false)]
        }
        guard let last = facts.effects.last(where: { $0.state != .cancelled }) else { return [.plan] }
        return last.state == .parked ? [.unreached, .end(isTold: false)] : []
    }
}
