import Rights

extension DatedCases {
    /// Received on Monday 5 January 2026; without waiting the month ends on Thursday 5 February.
    static let pauses: [DatedCase] = [
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-05", "nothing is awaited").notice("2026-02-05"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-12", "a week of waiting; the notice's limit runs on")
            .waiting(.identity, "2026-01-12", "2026-01-19").notice("2026-02-05"),
        .init(.gdpr, "DE", "2026-01-05", "2026-02-12", "a week in which an access request was clarified")
            .waiting(.clarification, "2026-01-12", "2026-01-19").notice("2026-02-05"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-05", "no recorded doubt, or asked late: it runs on")
            .waiting(.identity, "2026-01-12", "2026-01-19", isGrounded: false),
        .init(.gdpr, "DE", "2026-01-05", "2026-02-05", "a clarification asked late: it runs on")
            .waiting(.clarification, "2026-01-12", "2026-01-19", isGrounded: false),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-05", "an erasure needs no clarification of scope")
            .waiting(.clarification, "2026-01-12", "2026-01-19"),
        .init(.gdpr, "DE", "2026-01-05", "2026-02-05", "a fee does not stop the month")
            .waiting(.fee, "2026-01-12", "2026-01-19"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-05", "nor does a legal hold: the answer is due")
            .waiting(.hold, "2026-01-12", "2026-01-19"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-05", "nor does a client that is silent")
            .waiting(.clientSilent, "2026-01-12", nil),
        // How long.
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-05", "asked and answered on one day")
            .waiting(.identity, "2026-01-12 09:00", "2026-01-12 17:00"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-06", "an hour over midnight is a day")
            .waiting(.identity, "2026-01-12 23:30", "2026-01-13 00:30"),
        .init(.gdprErasure, "DE", "2026-06-15", "2026-07-17", "1 to 3 July in Berlin: two days on 15 July")
            .waiting(.identity, "2026-06-30T22:30:00Z", "2026-07-02T22:30:00Z"),
        .init(.gdprErasure, "DE", "2026-03-16", "2026-04-20", "two days, one of 23 hours: Saturday 18 April, so Monday")
            .waiting(.identity, "2026-03-28", "2026-03-30"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-09", "two days: 7 February, a Saturday, so Monday")
            .waiting(.identity, "2026-01-12", "2026-01-14"),
        .init(.gdprErasure, "DE", "2026-01-07", "2026-02-09", "two days on 7 February are Monday without a roll")
            .waiting(.identity, "2026-01-12", "2026-01-14"),
        .init(.gdprErasure, "DE", "2026-02-24", "2026-04-07", "ten days on 24 March: Good Friday, so Tuesday")
            .waiting(.identity, "2026-03-02", "2026-03-12"),
        // Across the end of a month.
        .init(.gdprErasure, "DE", "2026-01-20", "2026-02-27", "28 January to 4 February are seven days on 20 February")
            .waiting(.identity, "2026-01-28", "2026-02-04"),
        .init(.gdprErasure, "DE", "2026-01-31", "2026-03-09", "seven days on 28 February: Saturday 7 March, so Monday")
            .waiting(.identity, "2026-02-25", "2026-03-04"),
        .init(.gdprErasure, "DE", "2024-01-15", "2024-03-06", "20 days with the leap day, on 15 February")
            .waiting(.identity, "2024-02-10", "2024-03-01"),
        .init(.gdprErasure, "DE", "2025-01-15", "2025-03-06", "19 days without one, on 15 February")
            .waiting(.identity, "2025-02-10", "2025-03-01"),
        .init(.gdprErasure, "DE", "2026-12-10", "2027-01-25", "15 days over New Year on 10 January, unrolled")
            .waiting(.identity, "2026-12-23", "2027-01-07"),
        // Two of them.
        .init(.gdpr, "DE", "2026-01-05", "2026-02-20", "days that overlap count once: 10 to 25 January")
            .waiting(.identity, "2026-01-10", "2026-01-20").waiting(.clarification, "2026-01-15", "2026-01-25"),
        .init(.gdpr, "DE", "2026-01-05", "2026-02-20", "the same, written down the other way round")
            .waiting(.clarification, "2026-01-15", "2026-01-25").waiting(.identity, "2026-01-10", "2026-01-20"),
        .init(.gdpr, "DE", "2026-01-05", "2026-02-25", "one within the other: 10 to 30 January")
            .waiting(.identity, "2026-01-10", "2026-01-30").waiting(.clarification, "2026-01-15", "2026-01-20"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-10", "two days and three days")
            .waiting(.identity, "2026-01-08", "2026-01-10").waiting(.identity, "2026-01-20", "2026-01-23"),
        .init(.gdpr, "DE", "2026-01-05", "2026-02-10", "two days and three days that touch")
            .waiting(.identity, "2026-01-08", "2026-01-10").waiting(.clarification, "2026-01-10", "2026-01-13"),
        .init(.gdpr, "DE", "2026-01-05", "2026-02-12", "only the grounded one of two that overlap")
            .waiting(.identity, "2026-01-12", "2026-01-19")
            .waiting(.clarification, "2026-01-15", "2026-01-25", isGrounded: false),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-16", "seven days move the end past the second one's beginning")
            .waiting(.identity, "2026-01-12", "2026-01-19").waiting(.identity, "2026-02-10", "2026-02-13"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-05", "without the first the second comes too late")
            .waiting(.identity, "2026-02-10", "2026-02-13"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-05", "an ungrounded first does not save the second")
            .waiting(.identity, "2026-01-12", "2026-01-19", isGrounded: false)
            .waiting(.identity, "2026-02-10", "2026-02-13"),
        // While it lasts.
        .init(.gdprErasure, "DE", "2026-01-05", nil, "the answer waits; the notice of an extension does not")
            .waiting(.identity, "2026-01-12", nil).standing(.paused).notice("2026-02-05"),
        .init(.gdprErasure, "DE", "2026-01-05", nil, "two days are over, another wait has begun")
            .waiting(.identity, "2026-01-08", "2026-01-10").waiting(.identity, "2026-01-20", nil)
            .standing(.paused).notice("2026-02-05"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-05", "it lasts, but was not grounded")
            .waiting(.identity, "2026-01-12", nil, isGrounded: false),
        // At the ends of the month.
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-10", "begun on the last day: five days on it")
            .waiting(.identity, "2026-02-05", "2026-02-10"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-10", "begun in the last second")
            .waiting(.identity, "2026-02-05T22:59:59Z", "2026-02-10"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-05", "begun a second later changes nothing")
            .waiting(.identity, "2026-02-05T23:00:00Z", "2026-02-10"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-05", "begun after the end, and lasting, changes nothing")
            .waiting(.identity, "2026-02-06", nil).notice("2026-02-05"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-10", "begun before receipt counts from receipt: five days")
            .waiting(.identity, "2026-01-01", "2026-01-10"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-05", "over before receipt changes nothing")
            .waiting(.identity, "2025-12-20", "2025-12-31"),
        .init(.gdprErasure, "DE", "2026-01-28", "2026-03-06", "begun on a Sunday rolled over: not late while it lasts")
            .waiting(.identity, "2026-03-01", "2026-03-06"),
        // Other regimes run on, and so do other clocks.
        .init(.fadp, "CH", "2026-01-05", "2026-02-04", "30 days, whoever was asked")
            .waiting(.identity, "2026-01-12", "2026-01-19"),
        .init(.lgpd, "BR", "2026-01-05", "2026-01-20", "15 days, whoever was asked").at("America/Sao_Paulo")
            .waiting(.identity, "2026-01-12", "2026-01-19"),
        .init(.hipaa, "US", "2026-01-05", "2026-02-04", "30 days, whoever was asked")
            .waiting(.identity, "2026-01-12", "2026-01-19"),
        .init(.other, "DE", "2026-01-05", "2026-02-04", "30 days, whoever was asked")
            .waiting(.identity, "2026-01-12", nil),
        .init(.purge, "DE", "2026-01-05", "2026-04-05", "26 + 28 + 31 + 5: an erasure is no answer")
            .waiting(.identity, "2026-01-12", "2026-01-19"),
        .init(.notify, "DE", "2026-01-05T10:00:00Z", "2026-01-06T10:00:00Z", "hours cannot stand still")
            .waiting(.identity, "2026-01-05", nil),
    ]
}
