import Rights

extension DatedCases {
    static let businessDays: [DatedCase] = [
        // C2: thirty of them from Monday 23 November 2026; 19 are over on Friday 18 December where nothing was kept.
        .init(.own, "DE", "2026-11-23", "2027-01-06", "23 by Christmas Eve, 27 by New Year's Eve, and three more"),
        .init(.own, "DE-BY", "2026-11-23", "2027-01-07", "Epiphany, too, is kept in Bavaria"),
        .init(.own, "FR", "2026-11-23", "2027-01-06", "Christmas Day and New Year's Day"),
        .init(.own, "IE", "2026-11-23", "2027-01-06", "Saint Stephen's Day is a Saturday"),
        .init(.own, "GB-ENG", "2026-11-23", "2027-01-07", "23 by Christmas Eve, 26 by New Year's Eve, and four more"),
        .init(.own, "GB-SCT", "2026-11-23", "2027-01-11", "also Saint Andrew's Day and 4 January"),
        .init(.own, "US", "2026-11-23", "2027-01-07", "also Thanksgiving"),
        .init(.own, "US-CA", "2026-11-23", "2027-01-08", "also the Friday after it"),
        // From Tuesday 23 November 2027, when Christmas and New Year are Saturdays.
        .init(.own, "US", "2027-11-23", "2028-01-07", "21 by 23 December, 25 by the 30th: both Fridays are kept"),
        .init(.own, "US-CA", "2027-11-23", "2028-01-06", "21 by 24 December, 26 by the 31st: neither Friday is"),
        .init(.own, "DE", "2027-11-23", "2028-01-04", "28 by 31 December, and two more"),
        .init(.own, "GB-ENG", "2027-11-23", "2028-01-07", "23 by 24 December, 26 by the 31st; Monday 3 is kept"),
        // Over Easter.
        .init(.own, "DE", "2026-03-02", "2026-04-15", "23 by Maundy Thursday, 27 by 10 April, and three more"),
        .init(.own, "FR", "2026-03-02", "2026-04-14", "24 by Good Friday, 28 by 10 April, and two more"),
        .init(.own, "DE", "2027-02-22", "2027-04-07", "23 by Maundy Thursday, 27 by 2 April, and three more"),
        .init(.own, "DE-BE", "2027-02-22", "2027-04-08", "also Women's Day, a Monday"),
        .init(.own, "GB-SCT", "2026-03-02", "2026-04-14", "Good Friday only"),
        // What stands still as the GDPR's month does.
        .init(.own, "DE", "2026-06-15", "2026-07-27", "six working weeks without a holiday"),
        .init(.own, "DE", "2026-06-15", "2026-08-03", "a week of waiting")
            .waiting(.identity, "2026-06-22", "2026-06-29"),
        .init(.own, "DE", "2026-06-15", "2026-07-29", "Thursday to Monday are two business days of waiting")
            .waiting(.identity, "2026-06-25", "2026-06-29"),
        .init(.own, "DE", "2026-06-15", "2026-07-27", "Saturday to Sunday are none")
            .waiting(.identity, "2026-06-27", "2026-06-28"),
        .init(.own, "DE", "2026-12-07", "2027-01-20", "13 by Christmas Eve, 17 by New Year's Eve, and 13 more"),
        .init(.own, "DE", "2026-12-07", "2027-01-28", "of 23 December to 4 January six are business days")
            .waiting(.identity, "2026-12-23", "2027-01-04"),
        .init(.own, "DE", "2026-06-15", "2026-08-03", "asked on the last day, a Monday, answered on Monday")
            .waiting(.identity, "2026-07-27", "2026-08-03"),
        .init(.own, "DE", "2026-06-12", "2026-07-27", "asked on the last day, a Friday, answered on Sunday")
            .waiting(.identity, "2026-07-24", "2026-07-26"),
        .init(.own, "DE", "2026-06-15", "2026-08-10", "two weeks of waiting, of which one counts twice")
            .waiting(.identity, "2026-06-22", "2026-07-06").waiting(.clarification, "2026-06-22", "2026-06-29"),
        .init(.own, "DE", "2026-06-15", "2026-07-27", "a week of waiting without ground")
            .waiting(.identity, "2026-06-22", "2026-06-29", isGrounded: false),
        .init(.own, "DE", "2026-06-15", "2026-07-27", "a fee").waiting(.fee, "2026-06-22", "2026-06-29"),
        .init(.own, "DE", "2026-06-15", nil, "waiting that lasts")
            .waiting(.identity, "2026-06-22", nil).standing(.paused),
        .init(.own, "DE", "2026-06-15", "2026-07-27", "waiting from the day after the end")
            .waiting(.identity, "2026-07-28", "2026-08-04"),
        // One and three of them.
        .init(.review, "DE", "2026-03-05", "2026-03-06", "Thursday to Friday"),
        .init(.review, "DE", "2026-03-06", "2026-03-09", "Friday to Monday"),
        .init(.review, "DE", "2026-03-07", "2026-03-09", "Saturday to Monday"),
        .init(.review, "DE", "2026-03-08", "2026-03-09", "Sunday to Monday"),
        .init(.review, "DE", "2026-04-02", "2026-04-07", "Maundy Thursday to the Tuesday after Easter"),
        .init(.review, "DE-BE", "2027-03-05", "2027-03-09", "Friday over Women's Day to Tuesday"),
        .init(.review, "GB-ENG", "2026-12-24", "2026-12-29", "Christmas Eve to Tuesday"),
        .init(.review, "GB-SCT", "2026-12-31", "2027-01-05", "New Year's Eve to Tuesday"),
        .init(.review, "FR", "2024-05-07", "2024-05-10", "over Victory Day and Ascension to Friday"),
        .init(.review, "US", "2026-07-02", "2026-07-06", "over Friday 3 July, kept for Saturday, to Monday"),
        .init(.fanOut, "DE", "2026-04-01", "2026-04-08", "Thursday, then Tuesday and Wednesday after Easter"),
        .init(.reminder, "DE", "2026-12-23", "2026-12-29", "Christmas Eve, then Monday and Tuesday"),
        .init(.reminder, "IE", "2026-10-22", "2026-10-28", "Friday, then Tuesday and Wednesday after the bank holiday"),
        // Not known days are weekdays at least.
        .init(.review, "XX", "2026-04-02", "2026-04-03", "no holiday is known").at("UTC").provisional(),
        .init(.review, "DE", "2032-12-31", "2033-01-03", "from the last day that is known to a Monday").provisional(),
        .init(.own, "DE", "2032-12-20", "2033-01-31", "9 by New Year's Eve, and 21 weekdays").provisional(),
    ]
}
