/// What is wrong with a system of the data map. A flagged one gets no new data; what takes data away reaches it still (G8, K16).
package enum SystemFlag: String, ClosedList {
    case agreementMissing = "agreement_missing"
    case mechanismMissing = "mechanism_missing"
    case mechanismExpired = "mechanism_expired"
    /// Ends within ``TransferMechanism/warningDays``: somebody is told, nothing is held up.
    case mechanismEnding = "mechanism_ending"
    /// A service provider uses the data for itself (C11).
    case purposeForbidden = "purpose_forbidden"
    case purposeMissing = "purpose_missing"
    /// A sub-processor of which the public list could not say what it does or with what (K13).
    case descriptionMissing = "description_missing"

    /// Whether it keeps new data from the system.
    package var isBlocking: Bool { self != .mechanismEnding && self != .descriptionMissing }

    /// The row of the obligations.
    package var obligation: String {
        switch self {
        case .agreementMissing: "G8"
        case .mechanismMissing: "K16"
        case .mechanismExpired, .mechanismEnding: "C13"
        case .purposeForbidden: "C11"
        case .purposeMissing: "Y12"
        case .descriptionMissing: "K13"
        }
    }

    package var source: String {
        switch self {
        case .agreementMissing: "GDPR Art. 28(4)"
        case .mechanismMissing, .mechanismExpired, .mechanismEnding: "GDPR Art. 44, 46"
        case .purposeForbidden: "GDPR Art. 28(10), 5(1)(b)"
        case .purposeMissing: "GDPR Art. 5(1)(b), 30(2)"
        case .descriptionMissing: "GDPR Art. 28(2), 30(2)"
        }
    }

    /// What takes the flag away.
    package var remedy: String {
        switch self {
        case .agreementMissing: "sign an agreement with it and record the day as `agreed_on`"
        case .mechanismMissing:
            "record what the transfer rests on as `mechanism`: scc, adequacy, dpf or bcr, and until when"
        case .mechanismExpired: "renew the mechanism and record its new `valid_until`"
        case .mechanismEnding: "renew the mechanism before it ends"
        case .purposeForbidden: "have the use ended, then take the purpose out of `purposes`"
        case .purposeMissing: "write what the data are used for as `purposes`"
        case .descriptionMissing: "write what it does as `service`, and what it holds as `categories`"
        }
    }
}
