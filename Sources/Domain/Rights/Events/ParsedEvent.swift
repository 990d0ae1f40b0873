/// An event that has been read, checked and normalised.
package struct ParsedEvent: Equatable, Sendable, Redacting {
    /// With `source` and the publisher it makes the duplicate key.
    package let id: String
    package let source: String
    package let payload: EventPayload
    /// Paths of fields nobody declared, dropped unread: at most 32, and names that are no identifiers as `(unnamed)`.
    package let warnings: [String]

    package var type: EventType { payload.type }

    package init(id: String, source: String, payload: EventPayload, warnings: [String] = []) {
        self.id = id
        self.source = source
        self.payload = payload
        self.warnings = warnings
    }

    /// The case the event names, where its type names one. For `request.submitted` its own reference.
    package var caseReference: CaseReference? {
        switch payload {
        case .requestSubmitted(let data): data.requestRef.map { .reference($0) }
        case .requestWithdrawn(let data): data.request
        case .requestClarified(let data): data.request
        case .requestClientNamed(let data): data.request
        case .identityVerified(let data): data.request
        case .identityFailed(let data): data.request
        case .clientDecided(let data): data.request
        case .restrictionLifted(let data): data.request
        case .feePaid(let data): data.request
        case .holdPlaced(let data): data.request
        case .complaintReceived(let data): data.request
        case .clientTerminated, .clientRetentionAgreed, .holdLifted, .taskCompleted, .taskFailed, .objectionReceived,
            .breachDetected, .breachUpdated, .breachAcknowledged:
            nil
        }
    }

    /// The client the event names, where it names one by id.
    package var client: String? {
        switch payload {
        case .requestSubmitted(let data): data.client
        case .requestClientNamed(let data): data.client
        case .clientTerminated(let data): data.client
        case .clientRetentionAgreed(let data): data.client
        case .holdPlaced(let data): data.client
        case .objectionReceived(let data): data.client
        case .breachAcknowledged(let data): data.client
        case .complaintReceived(let data): data.client
        case .requestWithdrawn, .requestClarified, .identityVerified, .identityFailed, .clientDecided,
            .restrictionLifted,
            .feePaid, .holdLifted, .taskCompleted, .taskFailed, .breachDetected, .breachUpdated:
            nil
        }
    }

    /// The publisher's word that is echoed in every outcome.
    package var reference: String? {
        switch payload {
        case .requestSubmitted(let data): data.reference
        case .clientDecided(let data): data.reference
        default: nil
        }
    }
}
