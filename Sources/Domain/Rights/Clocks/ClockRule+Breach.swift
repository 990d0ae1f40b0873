/// The clocks that an incident starts by law. Hours run through nights, weekends and holidays.
extension ClockRule {
    package static let breachAuthority = ClockRule(
        "gdpr.breach_authority",
        .authority72h,
        Period(72, .hour),
        source: "GDPR Art. 33(1)",
        "The controller tells its authority within 72 hours of having become aware: once our notice has reached it.",
        isUnverified: true,
        regulation: .gdpr
    )
    package static let breachAuthorityUK = ClockRule(
        "uk_gdpr.breach_authority",
        .authority72h,
        Period(72, .hour),
        source: "UK GDPR Art. 33(1)",
        "The controller tells the Commissioner within 72 hours of having become aware: once our notice has reached it.",
        isUnverified: true,
        regulation: .ukGDPR
    )
    package static let breachIndividualsHIPAA = ClockRule(
        "hipaa.breach_individuals",
        .individuals,
        Period(60, .calendarDay),
        source: "45 CFR 164.404(b), 164.404(a)(2)",
        "The covered entity tells each individual within 60 calendar days of discovery; its agent's discovery counts as its own.",
        isUnverified: true,
        regulation: .hipaa
    )
    /// Where the vendor is not the covered entity's agent.
    package static let breachIndividualsHIPAATold = ClockRule(
        "hipaa.breach_individuals_told",
        .individuals,
        Period(60, .calendarDay),
        source: "45 CFR 164.404(b), 164.410",
        "The covered entity tells each individual within 60 calendar days of its own discovery: once our notice has reached it.",
        isUnverified: true,
        regulation: .hipaa
    )
    package static let breachIndividualsCalifornia = ClockRule(
        "ca.breach_individuals",
        .individuals,
        Period(30, .calendarDay),
        source: "Cal. Civ. Code 1798.82",
        "Residents are told within 30 calendar days of discovery; a sample goes to the Attorney General when they are more than 500.",
        isUnverified: true,
        regulation: .ccpa
    )
    /// Our own limit towards a covered entity; what the profile says is shorter by far.
    package static let breachCoveredEntity = ClockRule(
        "hipaa.breach_covered_entity",
        .notifyClients,
        Period(60, .calendarDay),
        source: "45 CFR 164.410(b)",
        "A business associate tells the covered entity without unreasonable delay, 60 calendar days after discovery at the latest.",
        regulation: .hipaa
    )
    /// Of data that the vendor controls itself (G13).
    package static let ownBreachAuthority = ClockRule(
        "gdpr.own_breach_authority",
        .ownAuthority,
        Period(72, .hour),
        source: "GDPR Art. 33(1); G13",
        "Of an incident in data that it controls itself the vendor tells its authority within 72 hours of having become aware.",
        regulation: .gdpr
    )

    package static var breachStatutes: [ClockRule] {
        [
            breachAuthority, breachAuthorityUK, breachIndividualsHIPAA, breachIndividualsHIPAATold,
            breachIndividualsCalifornia, breachCoveredEntity,
            ownBreachAuthority,
        ]
    }
}
