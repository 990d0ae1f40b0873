/// What is done at a target.
package enum TargetOperation: String, ClosedList {
    case erase, rectify, restrict
    /// A restriction is lifted (GDPR Art. 18(3)).
    case unrestrict
    /// Some processing stops while the data stay: an objection, an opt-out, a consent withdrawn.
    case suppress
    /// Everything of one client goes (K8, K9).
    case eraseTenant = "erase_tenant"
    /// Everything held about the person is handed over.
    case collect

    /// Whether it takes data away, so that a legal hold suspends it (K18).
    package var destroys: Bool { self == .erase || self == .eraseTenant }

    /// Whether it gives a target data that it did not have (G8, K16).
    package var givesData: Bool { self == .rectify }

    /// What carrying out `right` comes to at a target.
    package init(_ right: Right) {
        switch right {
        case .erasure, .publicRemoval: self = .erase
        case .rectification: self = .rectify
        case .restriction: self = .restrict
        case .objection, .optOut, .withdrawConsent, .limitSensitive: self = .suppress
        case .access, .portability, .disclosureList: self = .collect
        }
    }
}
