/// What a case is about.
package enum CaseKind: String, CaseIterable, Hashable, Sendable {
    case request
    case endOfContract = "end_of_contract"
    case complaint
    /// What one client is told of one incident.
    case breachNotice = "breach_notice"
    /// An authority demands data by law (K23, C8).
    case disclosure
    /// What one client is told of a change before it takes effect.
    case announcement
    /// What one person is told of an incident in data that the vendor itself controls (GDPR Art. 34, G13).
    case personalNotice = "personal_notice"
}

/// The way a case takes through the fleet.
package enum Lane: String, CaseIterable, Hashable, Sendable {
    /// An end user's wish belongs to the client: told, referred, and nothing else before its decision.
    case referral
    /// The vendor is itself the controller.
    case own
    /// The client, as controller, has instructed us.
    case fulfilment
    /// Nobody has asked: a client, as controller, is told of something (GDPR Art. 33(2)), or a person is (Art. 34).
    case notice
    /// An authority demands data that the vendor has to hand over by law; the client is told first where nothing forbids it.
    case disclosure
}

/// What the vendor is towards the person (GDPR Art. 4(7), (8)).
package enum Role: String, CaseIterable, Hashable, Sendable {
    case controller
    case processor
}

/// The work queues of the fleet, by the worker that consumes them.
package enum WorkQueue: String, CaseIterable, Hashable, Sendable {
    case referral = "habeas.referral"
    case export = "habeas.export"
    case erasure = "habeas.erasure"
    case breach = "habeas.breach"

    /// Whether what goes there is of incidents: it waits for nothing else.
    package var isUrgent: Bool { self == .breach }

    /// The worker that carries out `right` once it may be carried out.
    package static func fulfilling(_ right: Right) -> WorkQueue {
        switch right {
        case .access, .portability, .disclosureList: .export
        case .rectification, .erasure, .restriction, .objection, .optOut, .withdrawConsent, .limitSensitive,
            .publicRemoval:
            .erasure
        }
    }
}
