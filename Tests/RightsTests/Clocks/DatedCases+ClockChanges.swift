import Rights

extension DatedCases {
    static let clockChanges: [DatedCase] = [
        // Berlin, 29 March and 25 October 2026 at 01:00 UTC.
        .init(.gdpr, "DE", "2026-02-28T22:59:59Z", "2026-03-30T21:59:59Z", "28 March is a Saturday; Monday is summer"),
        .init(.gdpr, "DE", "2026-02-28T23:00:00Z", "2026-04-01T21:59:59Z", "a second later it is 1 March in Berlin"),
        .init(.gdpr, "DE", "2026-03-27", "2026-04-27T21:59:59Z", "received in winter, ends in summer"),
        .init(.gdpr, "DE", "2026-09-23", "2026-10-23T21:59:59Z", "the last Friday of summer time"),
        .init(.gdpr, "DE", "2026-09-24", "2026-10-26T22:59:59Z", "rolled over the change into winter time"),
        .init(.gdpr, "DE", "2026-09-25", "2026-10-26T22:59:59Z", "rolled from the day of the change itself"),
        .init(.gdpr, "DE", "2026-10-25T00:30:00Z", "2026-11-25T22:59:59Z", "received in the hour that came twice"),
        .init(.gdpr, "DE", "2026-10-25T01:30:00Z", "2026-11-25T22:59:59Z", "received when it came again"),
        .init(.gdpr, "DE", "2026-03-31T22:30:00Z", "2026-05-04T21:59:59Z", "1 April there; Labour Day rolls"),
        .init(.gdpr, "IE", "2026-03-31T22:30:00Z", "2026-04-30T22:59:59Z", "the same instant is 31 March in Dublin"),
        .init(.other, "DE", "2026-02-26", "2026-03-28T22:59:59Z", "the last day of winter time"),
        .init(.other, "DE", "2026-02-27", "2026-03-29T21:59:59Z", "the day of 23 hours ends in summer time"),
        .init(.other, "DE", "2026-09-24", "2026-10-24T21:59:59Z", "the last day of summer time"),
        .init(.other, "DE", "2026-09-25", "2026-10-25T22:59:59Z", "the day of 25 hours ends in winter time"),
        .init(.notify, "DE", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", "24 hours, though the day has 23"),
        .init(.notify, "DE", "2026-10-24T22:00:00Z", "2026-10-25T22:00:00Z", "from midnight to 23:00 the same day"),
        .init(.notify, "DE", "2026-12-25T15:00:00Z", "2026-12-26T15:00:00Z", "hours run through Christmas"),
        .init(.refer, "DE", "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "an hour over the hour that is left out"),
        .init(.refer, "DE", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "an hour through the one that comes twice"),
        // London and Dublin, on the same two days.
        .init(.uk, "GB-ENG", "2026-04-30T22:59:59Z", "2026-06-01T22:59:59Z", "30 April there; 30 May is a Saturday"),
        .init(.uk, "GB-ENG", "2026-04-30T23:00:00Z", "2026-06-01T22:59:59Z", "1 May there; 1 June is that Monday"),
        .init(.uk, "GB-ENG", "2026-02-27", "2026-03-27T23:59:59Z", "the last Friday of GMT"),
        .init(.uk, "GB-ENG", "2026-03-02", "2026-04-02T22:59:59Z", "a Thursday of British Summer Time"),
        .init(.uk, "GB-ENG", "2026-09-28", "2026-10-28T23:59:59Z", "received in summer, ends in GMT"),
        .init(.complaintUK, "GB-ENG", "2026-09-27", "2026-10-26T23:59:59Z", "the 30th day, receipt the first; GMT"),
        .init(.gdpr, "IE", "2026-03-26", "2026-04-27T22:59:59Z", "26 April is a Sunday; Monday in Irish summer time"),
        // New York, 8 March and 1 November 2026 at 02:00 there.
        .init(.hipaa, "US", "2026-02-05", "2026-03-08T04:59:59Z", "7 March is the last day of standard time"),
        .init(.hipaa, "US", "2026-02-06", "2026-03-09T03:59:59Z", "8 March, of 23 hours, ends in daylight time"),
        .init(.hipaa, "US", "2026-10-01", "2026-11-01T03:59:59Z", "31 October is the last day of daylight time"),
        .init(.hipaa, "US", "2026-10-02", "2026-11-02T04:59:59Z", "1 November, of 25 hours, ends in standard time"),
        .init(.hipaa, "US", "2026-03-08T04:59:59Z", "2026-04-07T03:59:59Z", "received on 7 March there: 6 April"),
        .init(.hipaa, "US", "2026-03-08T05:00:00Z", "2026-04-08T03:59:59Z", "received on 8 March there: 7 April"),
        .init(.hipaa, "US-AZ", "2026-02-06", "2026-03-09T06:59:59Z", "Arizona's clocks do not change"),
        .init(.hipaa, "US-HI", "2026-02-06", "2026-03-09T09:59:59Z", "nor do Hawaii's"),
        // Los Angeles, on the same two days.
        .init(.ccpa, "US-CA", "2026-01-22", "2026-03-09T06:59:59Z", "9 + 28 and 8 March, which ends in daylight time"),
        .init(.ccpa, "US-CA", "2026-09-16", "2026-11-01T06:59:59Z", "14 + 31: 31 October, the last in daylight time"),
        .init(.ccpa, "US-CA", "2026-09-17", "2026-11-02T07:59:59Z", "13 + 31 + 1 November, in standard time"),
        .init(.ccpa, "US-CA", "2026-07-01T06:59:59Z", "2026-08-15T06:59:59Z", "30 June there: 31 + 14 August"),
        .init(.ccpa, "US-CA", "2026-07-01T07:00:00Z", "2026-08-16T06:59:59Z", "1 July there: 30 + 15 August"),
        // Havana changes at midnight: 8 March 00:00 becomes 01:00, 1 November 01:00 becomes 00:00.
        .init(.other, "CU", "2026-02-05", "2026-03-08T04:59:59Z", "7 March ends as ever; the next day begins at one")
            .at("America/Havana"),
        .init(.other, "CU", "2026-02-06", "2026-03-09T03:59:59Z", "8 March ends in summer time").at("America/Havana"),
        .init(.other, "CU", "2026-10-01", "2026-11-01T03:59:59Z", "the repeated hour belongs to 1 November")
            .at("America/Havana"),
        .init(.other, "CU", "2026-10-02", "2026-11-02T04:59:59Z", "1 November ends in winter time")
            .at("America/Havana"),
        .init(.other, "CU", "2026-11-01T03:59:59Z", "2026-12-01T04:59:59Z", "31 October's last second")
            .at("America/Havana"),
        .init(.other, "CU", "2026-11-01T04:30:00Z", "2026-12-02T04:59:59Z", "half past midnight, the first time")
            .at("America/Havana"),
        .init(.other, "CU", "2026-11-01T05:30:00Z", "2026-12-02T04:59:59Z", "half past midnight, the second time")
            .at("America/Havana"),
        // Beirut: 29 March 00:00 becomes 01:00, 25 October 00:00 becomes 23:00 of the 24th.
        .init(.other, "LB", "2026-02-26", "2026-03-28T21:59:59Z", "the last day of winter time").at("Asia/Beirut"),
        .init(.other, "LB", "2026-02-27", "2026-03-29T20:59:59Z", "a day that begins at one").at("Asia/Beirut"),
        .init(.other, "LB", "2026-09-24", "2026-10-24T21:59:59Z", "its last hour comes twice; the second one ends it")
            .at("Asia/Beirut"),
        .init(.other, "LB", "2026-09-25", "2026-10-25T21:59:59Z", "an ordinary day of winter time").at("Asia/Beirut"),
        .init(.other, "LB", "2026-10-24T20:30:00Z", "2026-11-23T21:59:59Z", "half past eleven on the 24th")
            .at("Asia/Beirut"),
        .init(.other, "LB", "2026-10-24T21:30:00Z", "2026-11-23T21:59:59Z", "half past eleven on the 24th again")
            .at("Asia/Beirut"),
        .init(.other, "LB", "2026-10-24T22:00:00Z", "2026-11-24T21:59:59Z", "midnight: the 25th").at("Asia/Beirut"),
        .init(.gdpr, "LB", "2026-09-24", "2026-10-24T21:59:59Z", "a Saturday, not rolled for want of data")
            .at("Asia/Beirut").provisional(),
        // Cairo: Friday 24 April 00:00 becomes 01:00, Friday 30 October 00:00 becomes 23:00 of the 29th.
        .init(.other, "EG", "2026-03-24", "2026-04-23T21:59:59Z", "the last day of winter time").at("Africa/Cairo"),
        .init(.other, "EG", "2026-03-25", "2026-04-24T20:59:59Z", "a day that begins at one").at("Africa/Cairo"),
        .init(.other, "EG", "2026-09-29", "2026-10-29T21:59:59Z", "its last hour comes twice; the second one ends it")
            .at("Africa/Cairo"),
        .init(.other, "EG", "2026-09-30", "2026-10-30T21:59:59Z", "an ordinary day of winter time").at("Africa/Cairo"),
        .init(.other, "EG", "2026-10-29T21:30:00Z", "2026-11-28T21:59:59Z", "half past eleven on the 29th again")
            .at("Africa/Cairo"),
        // Nuuk: 28 March 23:00 becomes midnight, 25 October 00:00 becomes 23:00 of the 24th.
        .init(.other, "GL", "2026-02-26", "2026-03-29T00:59:59Z", "a day without its last hour")
            .at("America/Nuuk"),
        .init(.other, "GL", "2026-02-27", "2026-03-30T00:59:59Z", "the day after it").at("America/Nuuk"),
        .init(.other, "GL", "2026-09-24", "2026-10-25T01:59:59Z", "a day whose last hour comes twice")
            .at("America/Nuuk"),
        // The Azores: 29 March 00:00 becomes 01:00, 25 October 01:00 becomes 00:00.
        .init(.other, "PT-20", "2026-02-26", "2026-03-29T00:59:59Z", "the next day begins at one"),
        .init(.other, "PT-20", "2026-09-24", "2026-10-24T23:59:59Z", "the last day of summer time"),
        .init(.other, "PT-20", "2026-09-25", "2026-10-26T00:59:59Z", "midnight came twice at its beginning"),
        // Half hours, and the far ends of the day.
        .init(.other, "AU", "2026-03-05", "2026-04-04T12:59:59Z", "the last day of summer time")
            .at("Australia/Lord_Howe"),
        .init(.other, "AU", "2026-03-06", "2026-04-05T13:29:59Z", "the clocks went back by half an hour")
            .at("Australia/Lord_Howe"),
        .init(.other, "IN", "2026-06-01", "2026-07-01T18:29:59Z", "half an hour from the hour, all year"),
        .init(.other, "KI", "2026-01-01T10:30:00Z", "2026-02-01T09:59:59Z", "2 January there already")
            .at("Pacific/Kiritimati"),
        .init(.lgpd, "BR", "2026-01-01T02:30:00Z", "2026-01-16T02:59:59Z", "31 December there still")
            .at("America/Sao_Paulo"),
    ]
}
