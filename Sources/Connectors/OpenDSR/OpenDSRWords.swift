package import Rights

/// What the protocol calls the law that a request is made under.
package enum OpenDSRRegulation: String, ClosedList {
    case gdpr, ccpa

    /// The laws of the United Kingdom and of Switzerland grant what the GDPR grants, and have no word of their own here. Nil for a
    /// law that the protocol cannot name.
    package init?(_ regulation: Regulation) {
        switch regulation {
        case .gdpr, .ukGDPR, .fadp: self = .gdpr
        case .ccpa: self = .ccpa
        case .hipaa, .lgpd, .other: return nil
        }
    }
}

/// What is asked for.
package enum OpenDSRRequestType: String, ClosedList {
    case access, portability, erasure

    /// Nil for what cannot be asked over this protocol.
    package init?(_ operation: TargetOperation) {
        switch operation {
        case .erase: self = .erasure
        case .collect: self = .access
        case .rectify, .restrict, .unrestrict, .suppress, .eraseTenant: return nil
        }
    }
}

/// How far a request has come.
package enum OpenDSRStatus: String, ClosedList {
    case pending
    case inProgress = "in_progress"
    case completed, cancelled

    package var isFinal: Bool { self == .completed || self == .cancelled }

    private var rank: Int {
        switch self {
        case .pending: 0
        case .inProgress: 1
        case .completed, .cancelled: 2
        }
    }

    /// Whether it can be said after `earlier`. A signed answer holds nothing that makes it the latest one, so that an old one can
    /// be sent again; a status never moves backwards, and a final one never at all.
    package func canFollow(_ earlier: OpenDSRStatus?) -> Bool {
        guard let earlier, earlier != self else { return true }
        return !earlier.isFinal && rank > earlier.rank
    }
}
