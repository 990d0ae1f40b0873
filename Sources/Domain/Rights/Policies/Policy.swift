/// The rules of one case: the profile's version it began under and its client's agreement, as far as law permits.
///
/// The agreement wins over the statement, the statement over the defaults (K1). The law is no layer to be won over: its
/// clocks run beside whatever was promised, and the earliest binds.
package struct Policy: Sendable, Hashable {
    package enum Layer: String, Sendable, Hashable, CaseIterable {
        case law
        case agreement
        case profile
        case standard = "default"
    }

    package let profile: Profile
    package let agreement: Agreement?

    package init(profile: Profile, agreement: Agreement? = nil) {
        self.profile = profile
        self.agreement = agreement
    }

    /// The clock `key` sets, and which layer says so.
    package func clock(_ key: ClockKey) -> (rule: ClockRule, layer: Layer)? {
        if let setting = agreement?.clocks[key] { return (rule(setting, key, named: "agreement"), .agreement) }
        if let setting = profile.clocks[key] { return (rule(setting, key, named: profile.name), .profile) }
        return key.standard.map { ($0, .standard) }
    }

    /// What the statement or the agreement promises for `key`; nil where only the default would hold.
    package func promise(_ key: ClockKey) -> (rule: ClockRule, layer: Layer)? {
        clock(key).flatMap { $0.layer == .standard ? nil : $0 }
    }

    private func rule(_ setting: Profile.Setting, _ key: ClockKey, named layer: String) -> ClockRule {
        ClockRule(
            "\(layer).\(key.rawValue)",
            key.clock,
            setting.period,
            source: setting.clause,
            setting.sentence,
            isUnverified: setting.isUnverified,
            regulation: setting.pausesAs
        )
    }

    /// How sure one must be of a person before `right` is carried out in a controller-role case; nil where nothing is asked.
    package func identityLevel(for right: Right) -> Profile.IdentitySetting {
        profile.identity[right] ?? Policy.standardIdentity(for: right)
    }

    private static func standardIdentity(for right: Right) -> Profile.IdentitySetting {
        right.mayAskIdentity
            ? .init(level: .session, clause: "GDPR Art. 12(6); default (Y6)")
            : .init(level: nil, clause: "none is asked (Y6)")
    }
}

extension Right {
    /// Whether carrying it out hands data over or destroys it, so that it must not be done for a stranger (Y6).
    package var opensData: Bool {
        switch self {
        case .access, .portability, .rectification, .erasure, .disclosureList: true
        case .restriction, .objection, .optOut, .withdrawConsent, .limitSensitive, .publicRemoval: false
        }
    }

    /// Whether the person may be asked who they are; nobody is asked for opting out, objecting or withdrawing (Y6).
    package var mayAskIdentity: Bool {
        switch self {
        case .access, .portability, .rectification, .erasure, .restriction, .disclosureList: true
        case .objection, .optOut, .withdrawConsent, .limitSensitive, .publicRemoval: false
        }
    }
}
