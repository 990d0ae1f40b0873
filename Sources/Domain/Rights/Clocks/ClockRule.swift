/// One rule of legal time: what it is called, how long it runs and where it is written.
package struct ClockRule: Sendable, Hashable {
    /// The clocks a case, an incident or a parked message can carry.
    package enum Clock: String, Sendable, Hashable, CaseIterable {
        case confirmReceipt = "confirm_receipt"
        case refer
        case respond
        case assist
        case purge
        case complaint
        case notifyClients = "notify_clients"
        case triage
    }

    /// Stable; deadlines cite it.
    package let id: String
    package let clock: Clock
    package let period: Period
    /// The article or the profile row a person can look up.
    package let source: String
    /// Set where the rule could not be checked against the official text; printed with every date it gives.
    package let isUnverified: Bool

    package init(_ id: String, _ clock: Clock, _ period: Period, source: String, isUnverified: Bool = false) {
        self.id = id
        self.clock = clock
        self.period = period
        self.source = source
        self.isUnverified = isUnverified
    }
}

extension ClockRule {
    /// When the answer to a person is due under `regulation`.
    package static func respond(under regulation: Regulation, right: Right) -> ClockRule {
        switch regulation {
        case .gdpr:
            ClockRule("gdpr.respond", .respond, Period(1, .calendarMonth, rolls: true), source: "GDPR Art. 12(3)")
        case .ukGDPR:
            ClockRule(
                "uk_gdpr.respond",
                .respond,
                Period(1, .calendarMonth, rolls: true),
                source: "UK GDPR Art. 12(3), 12A"
            )
        case .fadp:
            ClockRule("fadp.respond", .respond, Period(30, .calendarDay), source: "FADP Art. 25(7)")
        case .ccpa where right == .optOut || right == .limitSensitive:
            ClockRule(
                "ccpa.opt_out",
                .respond,
                Period(15, .businessDay),
                source: "11 CCR 7026(f)",
                isUnverified: true
            )
        case .ccpa where right == .disclosureList:
            ClockRule(
                "ca.disclosure_list",
                .respond,
                Period(30, .calendarDay),
                source: "Cal. Civ. Code 1798.83",
                isUnverified: true
            )
        case .ccpa:
            ClockRule("ccpa.respond", .respond, Period(45, .calendarDay), source: "11 CCR 7021(b)")
        case .hipaa where right == .rectification:
            ClockRule("hipaa.amend", .respond, Period(60, .calendarDay), source: "45 CFR 164.526(b)")
        case .hipaa:
            ClockRule("hipaa.respond", .respond, Period(30, .calendarDay), source: "45 CFR 164.524(b)")
        case .lgpd:
            ClockRule("lgpd.respond", .respond, Period(15, .calendarDay), source: "LGPD Art. 19", isUnverified: true)
        case .other:
            ClockRule(
                "other.respond",
                .respond,
                Period(30, .calendarDay),
                source: "profile default, regime to be confirmed",
                isUnverified: true
            )
        }
    }

    package static let confirmReceipt = ClockRule(
        "ccpa.confirm_receipt",
        .confirmReceipt,
        Period(10, .businessDay),
        source: "11 CCR 7021(a)"
    )
    package static let refer = ClockRule(
        "profile.refer",
        .refer,
        Period(1, .hour),
        source: "profile default (no statutory number)"
    )
    package static let referMinor = ClockRule(
        "profile.refer_minor",
        .refer,
        Period(15, .minute),
        source: "Customer360 statement, children (C6)"
    )
    package static let ownCase = ClockRule(
        "customer360.own_case",
        .respond,
        Period(30, .businessDay),
        source: "Customer360 statement, access (C2)"
    )
    package static let minorErasure = ClockRule(
        "customer360.minor",
        .purge,
        Period(10, .calendarDay),
        source: "Customer360 statement, children (C6)"
    )
    package static let instructedErasure = ClockRule(
        "kustomer.instructed_erasure",
        .purge,
        Period(90, .calendarDay),
        source: "Kustomer statement, deletion (K7)"
    )
    package static let endOfContract = ClockRule(
        "profile.end_of_contract",
        .purge,
        Period(90, .calendarDay),
        source: "GDPR Art. 28(3)(g); K8"
    )
    package static let complaint = ClockRule(
        "customer360.complaint",
        .complaint,
        Period(30, .calendarDay),
        source: "Customer360 statement, disputes (C3)"
    )
    package static let complaintUK = ClockRule(
        "uk.complaint",
        .complaint,
        Period(29, .calendarDay),
        source: "DPA 2018 s. 164A (30 days, the day of receipt counting)"
    )
    package static let notifyClients = ClockRule(
        "profile.notify_clients",
        .notifyClients,
        Period(24, .hour),
        source: "GDPR Art. 33(2); profile default"
    )
    package static let triage = ClockRule(
        "profile.triage",
        .triage,
        Period(1, .businessDay),
        source: "profile default: refused event with legal time"
    )
    package static let triageBreach = ClockRule(
        "profile.triage_breach",
        .triage,
        Period(1, .hour),
        source: "profile default: refused breach event"
    )
}
