package import FoundationEssentials
package import Rights

/// An outside effect that a transaction means to have.
package struct PlannedEffect: Sendable {
    /// Constant over all attempts: the peer knows a repetition by it.
    package let id: UUID
    package let queue: WorkQueue
    package let kind: EffectKind
    package let target: String
    package let caseID: UUID
    package let clientID: String?
    /// Whose turn it uses at a target that several share: the client's, as a rule; empty where there is none.
    package let line: String
    /// A JSON object of words of closed lists, dates and numbers; never a person.
    package let parameters: String
    /// Whether a legal hold suspends it (K18).
    package let waitsOnHold: Bool
    /// After so many attempts that failed it is parked.
    package let attemptsAllowed: Int
    /// Machine time before which it is not tried; nil for at once.
    package let notBefore: Date?

    /// - Parameter line: where not the client takes a turn but what all of them are told of at once: a line is first in, first out, so that
    ///   ten thousand clients of one incident are one line, not ten thousand to be looked through for whose turn it is.
    package init(
        _ kind: EffectKind,
        of queue: WorkQueue,
        to target: String,
        case caseID: UUID,
        clientID: String?,
        line: String? = nil,
        parameters: String = "{}",
        waitsOnHold: Bool = false,
        attemptsAllowed: Int,
        notBefore: Date? = nil,
        at now: Date
    ) {
        id = UUID.version7(at: now)
        self.queue = queue
        self.kind = kind
        self.target = target
        self.caseID = caseID
        self.clientID = clientID
        self.line = line ?? clientID ?? ""
        self.parameters = parameters
        self.waitsOnHold = waitsOnHold
        self.attemptsAllowed = attemptsAllowed
        self.notBefore = notBefore
    }
}
