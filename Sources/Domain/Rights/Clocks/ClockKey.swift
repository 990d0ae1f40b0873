/// A clock that a processor's own statement or a client's agreement may set.
package enum ClockKey: String, CaseIterable, Sendable, Hashable {
    /// The answer to people whose controller is the vendor itself; the statute binds beside it.
    case respond
    case refer
    case referMinor = "refer_minor"
    case assist
    case clientReminder = "client_reminder"
    case clientReminderMinor = "client_reminder_minor"
    case lapse
    case review
    case approval
    case instructedErasure = "instructed_erasure"
    case endOfContract = "end_of_contract"
    case minorErasure = "minor_erasure"
    case fanOut = "fan_out"
    case complaint
    case notifyClients = "notify_clients"
    case acknowledgement
    case triage
    case triageBreach = "triage_breach"
    case retention
    case objection

    package var clock: ClockRule.Clock {
        switch self {
        case .respond: .respond
        case .refer, .referMinor: .refer
        case .assist: .assist
        case .clientReminder, .clientReminderMinor: .clientReminder
        case .lapse: .lapse
        case .review: .review
        case .approval: .approval
        case .instructedErasure, .endOfContract, .minorErasure: .purge
        case .fanOut: .fanOut
        case .complaint: .complaint
        case .notifyClients: .notifyClients
        case .acknowledgement: .acknowledgement
        case .triage, .triageBreach: .triage
        case .retention: .retention
        case .objection: .objection
        }
    }

    /// The longest period that a statement or an agreement may set, and what limits it; nil where nothing does.
    package var limit: (period: Period, source: String)? {
        switch self {
        case .refer, .referMinor:
            // The controller's own month runs while its letter lies here: more than a day cannot be «without delay».
            (Period(24, .hour), "GDPR Art. 28(3)(e): the client's own month runs meanwhile")
        case .notifyClients: (Period(72, .hour), "GDPR Art. 33(2): without undue delay")
        case .acknowledgement: (Period(24, .hour), "GDPR Art. 33(1): the client's 72 hours run meanwhile")
        case .instructedErasure, .endOfContract: (Period(90, .calendarDay), "K7, K8; GDPR Art. 28(3)(g)")
        case .minorErasure: (Period(30, .calendarDay), "C6")
        case .complaint: (Period(30, .calendarDay), "C3; DPA 2018 s. 164A")
        case .triage: (Period(5, .businessDay), "a statutory clock may be running")
        case .triageBreach: (Period(24, .hour), "GDPR Art. 33(2)")
        case .respond, .assist, .clientReminder, .clientReminderMinor, .lapse, .review, .approval, .fanOut, .retention,
            .objection:
            nil
        }
    }

    /// What holds where neither statement nor agreement says anything. Nil: then there is no such clock.
    package var standard: ClockRule? {
        func rule(_ period: Period, _ source: String, _ sentence: String) -> ClockRule {
            ClockRule("default.\(rawValue)", clock, period, source: source, sentence)
        }
        return switch self {
        case .respond, .assist: nil
        case .refer:
            rule(
                Period(1, .hour),
                "default (no statutory number)",
                "An end user's request reaches the client within an hour; the client's own month runs meanwhile."
            )
        case .referMinor:
            rule(Period(15, .minute), "default (C6)", "A request about a child reaches the client within 15 minutes.")
        case .clientReminder:
            rule(
                Period(3, .businessDay),
                "default",
                "A client that has not decided is reminded after three business days."
            )
        case .clientReminderMinor:
            rule(
                Period(24, .hour),
                "default (C6)",
                "A client that has not decided about a child is reminded after a day."
            )
        case .lapse:
            rule(
                Period(30, .calendarDay),
                "default (K4, Y6)",
                "A case that waits for a client's name, for identity or for a fee ends when nobody has answered for 30 days."
            )
        case .review:
            rule(
                Period(1, .businessDay),
                "default (A6, K7)",
                "What waits for a person is looked at within one business day."
            )
        case .approval:
            rule(
                Period(3, .businessDay),
                "default (K9)",
                "An approval that two people have to give is not pending for more than three business days."
            )
        case .instructedErasure:
            rule(
                Period(90, .calendarDay),
                "default (K7)",
                "What a client's administrator had deleted is verified gone everywhere within 90 days."
            )
        case .endOfContract:
            rule(
                Period(90, .calendarDay),
                "GDPR Art. 28(3)(g); default (K8)",
                "After the end of the contract everything of the client is gone within 90 days."
            )
        case .minorErasure:
            rule(
                Period(10, .calendarDay),
                "default (C6)",
                "A child's data that the vendor controls is erased within 10 days."
            )
        case .fanOut:
            rule(
                Period(3, .businessDay),
                "GDPR Art. 19; default",
                "Every recipient is told of an erasure, a correction or a restriction within three business days."
            )
        case .complaint:
            rule(Period(30, .calendarDay), "default (C3)", "A complaint is answered within 30 days.")
        case .notifyClients:
            rule(
                Period(24, .hour),
                "GDPR Art. 33(2); default",
                "Every affected client is told of a breach within 24 hours of our becoming aware of it."
            )
        case .acknowledgement:
            rule(
                Period(4, .hour),
                "default (G9)",
                "A client that has not acknowledged the notice of a breach after four hours is told again, over another channel."
            )
        case .triage:
            rule(
                Period(1, .businessDay),
                "default",
                "A refused event that may carry a legal period is looked at within one business day."
            )
        case .triageBreach:
            rule(Period(1, .hour), "default", "A refused breach event is looked at within an hour.")
        case .retention:
            rule(
                Period(365, .calendarDay),
                "GDPR Art. 5(1)(e); default (G5)",
                "The words of a closed case are destroyed after a year; its evidence stays, pseudonymous."
            )
        case .objection:
            rule(
                Period(30, .calendarDay),
                "GDPR Art. 28(2); default (K20)",
                "A client may object within 30 days to what it was told of before it takes effect."
            )
        }
    }
}
