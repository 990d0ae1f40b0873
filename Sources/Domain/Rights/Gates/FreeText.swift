/// A person's own words, and when they are withheld: health data of a client that has no business associate agreement goes
/// to no channel, no notice and no screen (A3; 45 CFR 164.504(e)). The request itself is worked on as any other.
package enum FreeText {
    /// - Parameters:
    ///   - hasHealthData: whether the request was said to hold health data.
    ///   - hasAgreement: whether its client has signed one; where no client is known nobody has.
    package static func isWithheld(hasHealthData: Bool, hasAgreement: Bool) -> Bool { hasHealthData && !hasAgreement }
}

extension EventPayload {
    /// The event without what a person wrote freely, and the names of the fields that are gone.
    package var withoutFreeText: (payload: EventPayload, withheld: [String]) {
        var withheld: [String] = []
        func take(_ text: inout String?, _ name: String) {
            if text != nil { withheld.append(name) }
            text = nil
        }
        func take(_ texts: inout [String], _ name: String) {
            if !texts.isEmpty { withheld.append(name) }
            texts = []
        }
        switch self {
        case .requestSubmitted(var data):
            take(&data.message, "message")
            take(&data.scope, "scope")
            return (.requestSubmitted(data), withheld)
        case .requestClarified(var data):
            take(&data.text, "text")
            take(&data.scope, "scope")
            return (.requestClarified(data), withheld)
        case .requestWithdrawn(var data):
            take(&data.reason, "reason")
            return (.requestWithdrawn(data), withheld)
        case .requestClientNamed, .identityVerified, .identityFailed, .clientDecided, .clientTerminated,
            .clientRetentionAgreed, .restrictionLifted, .feePaid, .holdPlaced, .holdLifted, .taskCompleted, .taskFailed,
            .objectionReceived, .breachDetected, .breachUpdated, .breachAcknowledged, .complaintReceived:
            return (self, [])
        }
    }
}
