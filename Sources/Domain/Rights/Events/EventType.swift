/// The events that are taken in. The raw value is the middle of the wire name.
package enum EventType: String, ClosedList {
    case requestSubmitted = "request.submitted"
    case requestWithdrawn = "request.withdrawn"
    case requestClarified = "request.clarified"
    case requestClientNamed = "request.client_named"
    case identityVerified = "identity.verified"
    case identityFailed = "identity.failed"
    case clientDecided = "client.decided"
    case clientTerminated = "client.terminated"
    case clientRetentionAgreed = "client.retention_agreed"
    case restrictionLifted = "restriction.lifted"
    case feePaid = "fee.paid"
    case holdPlaced = "hold.placed"
    case holdLifted = "hold.lifted"
    case taskCompleted = "task.completed"
    case taskFailed = "task.failed"
    case objectionReceived = "objection.received"
    case breachDetected = "breach.detected"
    case breachUpdated = "breach.updated"
    case breachAcknowledged = "breach.acknowledged"
    case complaintReceived = "complaint.received"

    /// The name on the wire, which is also the routing key: `io.habeas.request.submitted.v1`.
    package var name: String { Self.prefix + rawValue + Self.suffix }

    /// Whether losing such an event would lose legal time, so that a refused one opens a triage deadline.
    package var carriesLegalTime: Bool { Self.carriesLegalTime(rawValue) }

    /// The same question for a wire name that need not be known: a request of an unknown version is still a request.
    package static func carriesLegalTime(name: String) -> Bool {
        name.hasPrefix(prefix) && carriesLegalTime(String(name.dropFirst(prefix.count)))
    }

    /// Whether such an event waits its turn when its publisher is over its rate. A breach does not: its clock has hours.
    package var waitsItsTurn: Bool { !rawValue.hasPrefix("breach.") }

    /// What a wire name stands for.
    package enum Lookup: Equatable, Sendable {
        case known(EventType)
        /// A type of ours in a version that this binary does not read.
        case unknownVersion
        case unknownType
    }

    package static func lookup(_ name: String) -> Lookup {
        if let known = byName[name] { return .known(known) }
        guard name.hasPrefix(prefix) else { return .unknownType }
        let rest = name.utf8.dropFirst(prefix.utf8.count)
        for type in allCases where rest.starts(with: type.rawValue.utf8) {
            if case .unknownVersion = version(of: rest, is: type) { return .unknownVersion }
        }
        return .unknownType
    }

    private static func version(of rest: Substring.UTF8View, is type: EventType) -> Lookup {
        let tail = rest.dropFirst(type.rawValue.utf8.count)
        let digits = tail.dropFirst(2)
        let isVersion =
            tail.starts(with: ".v".utf8) && !digits.isEmpty
            && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 }
        return isVersion ? .unknownVersion : .unknownType
    }

    private static func carriesLegalTime(_ rest: String) -> Bool {
        legalPrefixes.contains { rest.hasPrefix($0) }
    }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })
    private static let legalPrefixes = ["request.", "client.", "complaint.", "breach."]
    private static let prefix = "io.habeas."
    private static let suffix = ".v1"
}
