/// What an outside effect is for. A worker claims only the kinds it knows, so that an older copy leaves a newer one's alone.
package enum EffectKind: String, CaseIterable, Hashable, Sendable {
    /// The person is told whose the request is (K3).
    case subjectNotice = "subject.notice"
    /// The person is told that the request has arrived, where the vendor is the controller.
    case subjectReceipt = "subject.receipt"
    /// The person is asked to be identified (Y6).
    case subjectIdentity = "subject.identity"
    /// The person is told a new date, with the reason (Y1).
    case subjectExtension = "subject.extension"
    /// The person is told what became of it.
    case subjectAnswer = "subject.answer"
    /// The person is told that a restriction ends, before it does (GDPR Art. 18(3)).
    case subjectRestrictionLifted = "subject.restriction_lifted"
    /// The client is told of the request (K4).
    case clientReferral = "client.referral"
    /// The client is asked again for its decision.
    case clientReminder = "client.reminder"
    /// The client is asked a last time, in other words, because its own legal date comes near.
    case clientEscalation = "client.escalation"
    /// The client is told what became of it.
    case clientAnswer = "client.answer"
    /// The last word to a client that kept silent (K5).
    case clientUndecided = "client.undecided"
    /// The client is told of an incident, or of more about it (GDPR Art. 33(2), (4)).
    case breachNotice = "breach.notice"
    /// The client is told again, because nobody has acknowledged it.
    case breachReminder = "breach.reminder"
    /// The client is told of an authority's demand for its data, and of what became of it (K23).
    case clientDisclosure = "client.disclosure"
    /// A target is asked to do its part of a request.
    case targetAct = "target.act"
    /// A target that has accepted it is asked whether it is done.
    case targetLook = "target.look"
    /// A target is asked whether anything is left (G12).
    case targetVerify = "target.verify"
    /// What was collected is put together in one bundle.
    case exportBundle = "export.bundle"
    /// What an export does not need any more is deleted from the store: its pieces, and all of it when it is over.
    case exportSweep = "export.sweep"
    /// A bundle is handed over to another controller (GDPR Art. 20(2), Y5).
    case exportHandOver = "export.hand_over"
    /// The client is told of a change before it takes effect (K20).
    case announcement
    /// A person is told of an incident in data that the vendor itself controls (GDPR Art. 34).
    case personalNotice = "breach.person"

    /// Whether it goes to a system of the data map.
    package var goesToTarget: Bool { self == .targetAct || self == .targetLook || self == .targetVerify }

    /// Whether it goes to the client for a decision that is still awaited.
    package var asksClient: Bool {
        switch self {
        case .clientReferral, .clientReminder, .clientEscalation: true
        default: false
        }
    }

    package var goesToClient: Bool {
        switch self {
        case .clientReferral, .clientReminder, .clientEscalation, .clientAnswer, .clientUndecided, .clientDisclosure,
            .breachNotice, .breachReminder, .announcement:
            true
        case .subjectNotice, .subjectReceipt, .subjectIdentity, .subjectExtension, .subjectAnswer,
            .subjectRestrictionLifted, .targetAct, .targetLook, .targetVerify, .exportBundle, .exportSweep,
            .exportHandOver, .personalNotice:
            false
        }
    }

    /// Whether it may leave before the client's decision on a referred case: the notice, the referral, its reminders and its
    /// escalation, and nothing else (K5).
    package var mayPrecedeDecision: Bool { self == .subjectNotice || asksClient }
}

/// Which pending effects of a case something puts an end to.
package enum EffectScope: Hashable, Sendable, CaseIterable {
    /// All: nothing that has not begun goes out.
    case everything
    /// What asks the client for a decision that has been made.
    case asks
    /// All but the notice, which is owed however the case ends (K3).
    case allButNotice

    package func covers(_ kind: EffectKind) -> Bool {
        switch self {
        case .everything: true
        case .asks: kind.asksClient
        case .allButNotice: kind != .subjectNotice
        }
    }
}
