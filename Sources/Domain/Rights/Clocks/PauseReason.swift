package import FoundationEssentials

/// Why work on a request stands still. Whether its clock stands still too is the regime's affair, see ``PauseRule``.
package enum PauseReason: String, Sendable, Hashable, CaseIterable {
    /// The person was asked who they are.
    case identity
    /// The person was asked which of a large amount of data they mean.
    case clarification
    /// A fee was asked and is not paid yet.
    case fee
    /// A legal hold: the erasure waits, the answer does not.
    case hold
    /// The controller has not decided on a referral.
    case clientSilent = "client_silent"
}

/// A time during which work stood still.
package struct Pause: Sendable, Hashable {
    package let reason: PauseReason
    package let from: Date
    /// Nil while it lasts.
    package let to: Date?
    /// Whether what the regime asks of such a pause was done: the doubt recorded and the question sent without delay
    /// (GDPR Art. 12(6), EDPB Guidelines 01/2022).
    package let isGrounded: Bool

    package init(_ reason: PauseReason, from: Date, to: Date?, isGrounded: Bool = true) {
        self.reason = reason
        self.from = from
        self.to = to
        self.isGrounded = isGrounded
    }
}
