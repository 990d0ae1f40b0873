/// The table of the law: every clock that a statute or regulation sets, with its article.
extension ClockRule {
    /// When the answer to a person is due under `regulation`.
    package static func respond(under regulation: Regulation, right: Right) -> ClockRule {
        let rule: ClockRule =
            switch regulation {
            case .gdpr: gdprRespond
            case .ukGDPR: ukRespond
            case .fadp: fadpRespond
            case .ccpa where right == .optOut || right == .limitSensitive: ccpaOptOut
            case .ccpa where right == .disclosureList: californiaDisclosureList
            case .ccpa: ccpaRespond
            case .hipaa where right == .rectification: hipaaAmend
            case .hipaa: hipaaRespond
            case .lgpd: lgpdRespond
            case .other: otherRespond
            }
        return rule.asked(for: right)
    }

    /// Every row of the table, for print and for tests.
    package static var statutes: [ClockRule] {
        [
            gdprRespond, ukRespond, fadpRespond, ccpaRespond, ccpaOptOut, californiaDisclosureList, hipaaRespond,
            hipaaAmend,
            lgpdRespond, otherRespond, confirmReceipt, complaintUK,
        ] + breachStatutes
    }

    private static let gdprRespond = ClockRule(
        "gdpr.respond",
        .respond,
        Period(1, .calendarMonth, rolls: true),
        extended: Period(3, .calendarMonth, rolls: true),
        source: "GDPR Art. 12(3); Regulation 1182/71",
        "The controller answers within one month of receipt; told of it with reasons within that month, the person may have to wait three months from receipt.",
        regulation: .gdpr
    )
    private static let ukRespond = ClockRule(
        "uk_gdpr.respond",
        .respond,
        Period(1, .calendarMonth, rolls: true),
        extended: Period(3, .calendarMonth, rolls: true),
        source: "UK GDPR Art. 12(3), 12A",
        "The controller answers within one month of the latest of receipt, identity information and fee; extendable to three months.",
        regulation: .ukGDPR
    )
    private static let fadpRespond = ClockRule(
        "fadp.respond",
        .respond,
        Period(30, .calendarDay),
        source: "FADP Art. 25(7)",
        "The information is given within 30 days; if it cannot be, the person is told by when.",
        regulation: .fadp
    )
    private static let ccpaRespond = ClockRule(
        "ccpa.respond",
        .respond,
        Period(45, .calendarDay),
        extended: Period(90, .calendarDay),
        calendar: .california,
        source: "11 CCR 7021(b)",
        "The business responds within 45 calendar days of receipt; with notice and reason once 45 days more, 90 in all.",
        regulation: .ccpa
    )
    private static let ccpaOptOut = ClockRule(
        "ccpa.opt_out",
        .respond,
        Period(15, .businessDay),
        calendar: .california,
        source: "11 CCR 7026(f)",
        "An opt-out is complied with within 15 business days of receipt.",
        isUnverified: true,
        regulation: .ccpa
    )
    private static let californiaDisclosureList = ClockRule(
        "ca.disclosure_list",
        .respond,
        Period(30, .calendarDay),
        calendar: .california,
        source: "Cal. Civ. Code 1798.83",
        "The list of disclosures for direct marketing is given within 30 days.",
        isUnverified: true,
        regulation: .ccpa
    )
    private static let hipaaRespond = ClockRule(
        "hipaa.respond",
        .respond,
        Period(30, .calendarDay),
        extended: Period(60, .calendarDay),
        source: "45 CFR 164.524(b)",
        "Access is given within 30 days of receipt; with a written reason and date once 30 days more.",
        regulation: .hipaa
    )
    private static let hipaaAmend = ClockRule(
        "hipaa.amend",
        .respond,
        Period(60, .calendarDay),
        extended: Period(90, .calendarDay),
        source: "45 CFR 164.526(b)",
        "A request for amendment is acted on within 60 days of receipt; with a written reason and date once 30 days more.",
        regulation: .hipaa
    )
    private static let lgpdRespond = ClockRule(
        "lgpd.respond",
        .respond,
        Period(15, .calendarDay),
        source: "LGPD Art. 19",
        "The complete answer is given within 15 days.",
        isUnverified: true,
        regulation: .lgpd
    )
    private static let otherRespond = ClockRule(
        "other.respond",
        .respond,
        Period(30, .calendarDay),
        source: "profile default, regime to be confirmed",
        "Thirty calendar days, without pause or extension, until a person has confirmed the regime.",
        isUnverified: true,
        regulation: .other
    )

    package static let confirmReceipt = ClockRule(
        "ccpa.confirm_receipt",
        .confirmReceipt,
        Period(10, .businessDay),
        calendar: .california,
        source: "11 CCR 7021(a)",
        "Receipt is confirmed within 10 business days.",
        regulation: .ccpa
    )
    package static let complaintUK = ClockRule(
        "uk.complaint",
        .complaint,
        Period(30, .calendarDay, countsAnchorDay: true),
        source: "DPA 2018 s. 164A",
        "A complaint is acknowledged within 30 days, the day of receipt counting.",
        regulation: .ukGDPR
    )
}
