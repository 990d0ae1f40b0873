import FoundationEssentials
import Ledger
import Rights

/// Why intake says no to one message, and what it takes to park and to answer it.
struct Refusal: Sendable {
    /// What could be read of the message, so that its sender can be answered.
    struct Origin: Sendable {
        /// The publisher the broker vouches for, where one is registered.
        var publisherID: String?
        /// The wire name of the type, if it looks like one.
        var typeName: String?
        var eventID: String?
        var requestRef: String?
        var reference: String?

        init(publisher: Publisher?, read: EventFault.Origin) {
            publisherID = publisher?.id
            // Anything else in its place might be a name: what is kept in plain is of our own making.
            typeName = read.type.flatMap { $0.hasPrefix("io.habeas.") ? $0 : nil }
            eventID = read.id
            requestRef = read.requestRef
            reference = read.reference
        }

        init(publisher: Publisher, event: ParsedEvent) {
            publisherID = publisher.id
            typeName = event.type.name
            eventID = event.id
            if case .reference(let text) = event.caseReference { requestRef = text }
            reference = event.reference
        }
    }

    let field: String
    let fault: FaultCode
    let remedy: String
    let origin: Origin
    var replayOf: PreparedEvent.Replay?
    var parkedAs = ParkedMessageRecord.Origin.refused
}

extension FaultCode {
    // What the parser cannot know: publishers, clients, cases.
    static let unauthenticated = FaultCode(rawValue: "unauthenticated")
    static let unknownPublisher = FaultCode(rawValue: "unknown_publisher")
    static let revokedPublisher = FaultCode(rawValue: "revoked_publisher")
    static let notPermitted = FaultCode(rawValue: "not_permitted")
    static let unknownClient = FaultCode(rawValue: "unknown_client")
    static let sameIDOtherContent = FaultCode(rawValue: "same_id_other_content")
    static let referenceTaken = FaultCode(rawValue: "reference_taken")
    static let unknownRequest = FaultCode(rawValue: "unknown_request")
    static let unknownTask = FaultCode(rawValue: "unknown_task")
    static let taskOver = FaultCode(rawValue: "task_over")
    static let caseClosed = FaultCode(rawValue: "case_closed")
    static let unknownNotice = FaultCode(rawValue: "unknown_notice")
    static let windowOver = FaultCode(rawValue: "window_over")
    static let unknownHold = FaultCode(rawValue: "unknown_hold")
    static let overRate = FaultCode(rawValue: "over_rate")
    static let unlawful = FaultCode(rawValue: "unlawful_now")
}
