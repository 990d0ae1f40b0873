/// What is about to be done for a person or a client, as far as a gate may stand before it.
package enum GatedAct: String, CaseIterable, Hashable, Sendable {
    case export
    /// A bundle for another controller (GDPR Art. 20(2)).
    case handOver = "hand_over"
    /// Data for a recipient that does not hold it yet.
    case transfer
    case rectification, erasure, restriction, objection
    case optOut = "opt_out"
    case withdrawConsent = "withdraw_consent"
    case limitSensitive = "limit_sensitive"
    case publicRemoval = "public_removal"
    case referral
    /// The client's own decision about a referred case.
    case decision

    /// Whether data goes to somebody who had it not. Only such an act is ever gated: what protects data must not wait for
    /// a formality (K16), and neither must what the client is told or decides (A1).
    package var givesData: Bool {
        switch self {
        case .export, .handOver, .transfer: true
        case .rectification, .erasure, .restriction, .objection, .optOut, .withdrawConsent, .limitSensitive,
            .publicRemoval, .referral, .decision:
            false
        }
    }

    /// What carrying out `right` comes to. A portability may be a hand-over; the gates before both are the same.
    package init(_ right: Right) {
        self =
            switch right {
            case .access, .disclosureList: .export
            case .portability: .handOver
            case .rectification: .rectification
            case .erasure: .erasure
            case .restriction: .restriction
            case .objection: .objection
            case .optOut: .optOut
            case .withdrawConsent: .withdrawConsent
            case .limitSensitive: .limitSensitive
            case .publicRemoval: .publicRemoval
            }
    }
}
