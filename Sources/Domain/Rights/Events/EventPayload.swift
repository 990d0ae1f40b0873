/// What an event says, by its type.
package enum EventPayload: Equatable, Sendable, Redacting {
    case requestSubmitted(RequestSubmitted)
    case requestWithdrawn(RequestWithdrawn)
    case requestClarified(RequestClarified)
    case requestClientNamed(RequestClientNamed)
    case identityVerified(IdentityVerified)
    case identityFailed(IdentityFailed)
    case clientDecided(ClientDecided)
    case clientTerminated(ClientTerminated)
    case clientRetentionAgreed(ClientRetentionAgreed)
    case restrictionLifted(RestrictionLifted)
    case feePaid(FeePaid)
    case holdPlaced(HoldPlaced)
    case holdLifted(HoldLifted)
    case taskCompleted(TaskCompleted)
    case taskFailed(TaskFailed)
    case objectionReceived(ObjectionReceived)
    case breachDetected(BreachDetected)
    case breachUpdated(BreachUpdated)
    case breachAcknowledged(BreachAcknowledged)
    case complaintReceived(ComplaintReceived)

    /// The value itself, for what is the same for every type.
    package var data: any EventData {
        switch self {
        case .requestSubmitted(let data): data
        case .requestWithdrawn(let data): data
        case .requestClarified(let data): data
        case .requestClientNamed(let data): data
        case .identityVerified(let data): data
        case .identityFailed(let data): data
        case .clientDecided(let data): data
        case .clientTerminated(let data): data
        case .clientRetentionAgreed(let data): data
        case .restrictionLifted(let data): data
        case .feePaid(let data): data
        case .holdPlaced(let data): data
        case .holdLifted(let data): data
        case .taskCompleted(let data): data
        case .taskFailed(let data): data
        case .objectionReceived(let data): data
        case .breachDetected(let data): data
        case .breachUpdated(let data): data
        case .breachAcknowledged(let data): data
        case .complaintReceived(let data): data
        }
    }

    package var type: EventType { Swift.type(of: data).type }

    /// The clients that an incident is said to affect, each with its part; none in an event about anything else.
    package var affected: [AffectedClient] {
        switch self {
        case .breachDetected(let data): data.affected
        case .breachUpdated(let data): data.affected
        default: []
        }
    }

    /// What an incident is said to have done to data that the vendor itself controls.
    package var ownData: OwnData? {
        switch self {
        case .breachDetected(let data): data.ownData
        case .breachUpdated(let data): data.ownData
        default: nil
        }
    }

    init(_ type: EventType, reading reader: inout FieldReader) throws(EventFault) {
        switch type {
        case .requestSubmitted: self = .requestSubmitted(try RequestSubmitted(reading: &reader))
        case .requestWithdrawn: self = .requestWithdrawn(try RequestWithdrawn(reading: &reader))
        case .requestClarified: self = .requestClarified(try RequestClarified(reading: &reader))
        case .requestClientNamed: self = .requestClientNamed(try RequestClientNamed(reading: &reader))
        case .identityVerified: self = .identityVerified(try IdentityVerified(reading: &reader))
        case .identityFailed: self = .identityFailed(try IdentityFailed(reading: &reader))
        case .clientDecided: self = .clientDecided(try ClientDecided(reading: &reader))
        case .clientTerminated: self = .clientTerminated(try ClientTerminated(reading: &reader))
        case .clientRetentionAgreed: self = .clientRetentionAgreed(try ClientRetentionAgreed(reading: &reader))
        case .restrictionLifted: self = .restrictionLifted(try RestrictionLifted(reading: &reader))
        case .feePaid: self = .feePaid(try FeePaid(reading: &reader))
        case .holdPlaced: self = .holdPlaced(try HoldPlaced(reading: &reader))
        case .holdLifted: self = .holdLifted(try HoldLifted(reading: &reader))
        case .taskCompleted: self = .taskCompleted(try TaskCompleted(reading: &reader))
        case .taskFailed: self = .taskFailed(try TaskFailed(reading: &reader))
        case .objectionReceived: self = .objectionReceived(try ObjectionReceived(reading: &reader))
        case .breachDetected: self = .breachDetected(try BreachDetected(reading: &reader))
        case .breachUpdated: self = .breachUpdated(try BreachUpdated(reading: &reader))
        case .breachAcknowledged: self = .breachAcknowledged(try BreachAcknowledged(reading: &reader))
        case .complaintReceived: self = .complaintReceived(try ComplaintReceived(reading: &reader))
        }
    }
}

extension EventType {
    /// The declared fields of the type's `data`.
    package var shape: Shape {
        switch self {
        case .requestSubmitted: RequestSubmitted.shape
        case .requestWithdrawn: RequestWithdrawn.shape
        case .requestClarified: RequestClarified.shape
        case .requestClientNamed: RequestClientNamed.shape
        case .identityVerified: IdentityVerified.shape
        case .identityFailed: IdentityFailed.shape
        case .clientDecided: ClientDecided.shape
        case .clientTerminated: ClientTerminated.shape
        case .clientRetentionAgreed: ClientRetentionAgreed.shape
        case .restrictionLifted: RestrictionLifted.shape
        case .feePaid: FeePaid.shape
        case .holdPlaced: HoldPlaced.shape
        case .holdLifted: HoldLifted.shape
        case .taskCompleted: TaskCompleted.shape
        case .taskFailed: TaskFailed.shape
        case .objectionReceived: ObjectionReceived.shape
        case .breachDetected: BreachDetected.shape
        case .breachUpdated: BreachUpdated.shape
        case .breachAcknowledged: BreachAcknowledged.shape
        case .complaintReceived: ComplaintReceived.shape
        }
    }
}
