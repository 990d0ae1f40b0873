import AMQP
import FoundationEssentials
import Ledger
import Rights

/// One delivery as intake understands it.
package struct IntakeItem: Sendable {
    let delivery: Delivery
    let content: Content
    /// The registry it was prepared with: its publisher's rights and rate are of that version.
    let registryVersion: Int64

    enum Content: Sendable {
        case event(PreparedEvent)
        case refused(Refusal)
        /// An operator asks for these parked messages to be tried again.
        case replay([UUID])
        /// A worker says that what came too early for these cases may be lawful now.
        case reconsider([UUID])
    }
}

/// An event that reads well and may be sent by its publisher: everything that can be made of it before the database is
/// asked, ids and sealed payloads included.
struct PreparedEvent: Sendable {
    let event: ParsedEvent
    let publisher: Publisher
    let inbox: InboxRow
    /// What it will take to open the cases a request asks for, one a subject.
    let openings: [PreparedOpening]
    /// The event's own words, sealed under `id`, where they open no case.
    let secret: SealedPayload?
    let id: UUID
    /// The client that `request.client_named` comes to, if it names one we know.
    let namedClient: Client?
    /// Set for an event that has been waiting in `early_event`.
    let isWaiting: Bool
    /// Set when it was parked before: the first receipt stays its anchor.
    let replayOf: Replay?

    struct Replay: Sendable {
        let parkedID: UUID
        let receivedAt: Date
        let chain: EvidenceChain
        /// It was never refused: it came over its publisher's rate and has waited its turn.
        let hadItsTurn: Bool
    }
}

/// One case to be opened.
struct PreparedOpening: Sendable {
    let id: UUID
    let client: Client?
    let subjectIndex: Int
    let groupID: UUID?
    let secret: SealedPayload
    let identities: [SecretWrites.IdentityRow]
    /// What the person asks for; nil where it is not a person who asks.
    let ask: [UInt8]?
}
