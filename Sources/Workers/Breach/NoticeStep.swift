package import FoundationEssentials
package import Rights

/// One thing that follows from looking at a client's part of an incident.
package enum NoticeStep: Sendable, Hashable {
    case plan(EffectKind, target: String, key: String, channel: String, attempts: Int)
    case cancel(UUID, because: String)
    /// The first notice has reached the client: its own time has begun.
    case told(at: Date)
    /// Somebody there has said that it was read.
    case acknowledged(UUID, at: Date)
    /// From now on somebody at the client has so long to say that it was read.
    case awaitAcknowledgement
    case stopAwaiting
    /// The list of its people is ready: the client is told where it is.
    case list(UUID)
    /// A person is called.
    case review(ReviewKind)
    /// Nobody has to look at it any more.
    case dismiss(ReviewKind)
    /// The window for objections is over, and there was none.
    case unopposed
    /// Nothing more is to be said: the client has it all, or could not be told.
    case end(isTold: Bool)
}
