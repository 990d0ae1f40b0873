import Rights

extension DatedCases {
    static let extensions: [DatedCase] = [
        // Three months from receipt, not two added to a date that was shortened or rolled.
        .init(.gdpr, "DE", "2026-01-05", "2026-04-07", "5 April is Easter Sunday: Tuesday")
            .extended(first: "2026-02-05").notice("2026-02-05"),
        .init(.gdpr, "DE", "2026-01-31", "2026-04-30", "30 April, not 28 April")
            .extended(first: "2026-03-02").notice("2026-03-02"),
        .init(.gdpr, "DE", "2026-01-28", "2026-04-28", "28 April, not 2 May").extended(first: "2026-03-02"),
        .init(.gdpr, "DE", "2026-12-31", "2027-03-31", "31 March, not 1 April").extended(first: "2027-02-01"),
        .init(.gdpr, "DE", "2026-08-31", "2026-11-30", "no 31 November: the 30th").extended(first: "2026-09-30"),
        .init(.gdpr, "DE", "2026-11-30", "2027-03-01", "no 30 February: the 28th, a Sunday, so Monday")
            .extended(first: "2026-12-30"),
        .init(.gdpr, "DE", "2025-11-30", "2026-03-02", "no 30 February: the 28th, a Saturday, so Monday")
            .extended(first: "2025-12-30"),
        .init(.gdpr, "DE", "2027-11-29", "2028-02-29", "the leap day").extended(first: "2027-12-29"),
        .init(.gdpr, "DE", "2027-11-30", "2028-02-29", "no 30 February: the leap day").extended(first: "2027-12-30"),
        .init(.gdpr, "DE", "2024-11-30", "2025-02-28", "no 30 February: the 28th, a Friday")
            .extended(first: "2024-12-30"),
        .init(.gdpr, "DE", "2026-10-01", "2027-01-04", "New Year, a Friday, so Monday").extended(first: "2026-11-02"),
        .init(.gdpr, "DE-BY", "2026-10-06", "2027-01-07", "Epiphany, so Thursday").extended(first: "2026-11-06"),
        .init(.gdpr, "FR", "2026-02-01", "2026-05-04", "1 May, a Friday, so Monday").extended(first: "2026-03-02"),
        .init(.gdpr, "IE", "2026-03-01", "2026-06-02", "the June bank holiday, so Tuesday")
            .extended(first: "2026-04-01"),
        .init(.uk, "GB-ENG", "2026-09-25", "2026-12-29", "Christmas, with a day made up").extended(first: "2026-10-26"),
        .init(.uk, "GB-SCT", "2026-10-01", "2027-01-05", "New Year, with a day made up").extended(first: "2026-11-02"),
        .init(.gdpr, "US-CA", "2026-12-31", "2027-04-01", "Cesar Chavez Day, so Thursday")
            .extended(first: "2027-02-01"),
        .init(.gdpr, "US", "2026-12-31", "2027-03-31", "which is not kept federally").extended(first: "2027-02-01"),
        .init(.gdpr, "DE", "2026-01-29", "2026-04-29T21:59:59Z", "from winter into summer time")
            .extended(first: "2026-03-02T22:59:59Z"),
        .init(.gdpr, "DE", "2026-07-26", "2026-10-26T22:59:59Z", "from summer into winter time")
            .extended(first: "2026-08-26T21:59:59Z"),
        // The person is told within the first period.
        .init(.gdpr, "DE", "2026-03-03", "2026-04-07", "its limit rolls as the month does").notice("2026-04-07"),
        .init(.gdpr, "DE", "2026-01-31", "2026-03-02", "and is shortened as the month is").notice("2026-03-02"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-04-13", "a week of waiting on Easter Sunday: 12 April, a Sunday")
            .waiting(.identity, "2026-01-12", "2026-01-19").extended(first: "2026-02-12").notice("2026-02-05"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-04-13", "waiting in the third month leaves the first as it was")
            .waiting(.identity, "2026-03-02", "2026-03-09").extended(first: "2026-02-05").notice("2026-02-05"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-02-05", "without the extension that waiting came too late")
            .waiting(.identity, "2026-03-02", "2026-03-09").notice("2026-02-05"),
        .init(.gdprErasure, "DE", "2026-01-05", "2026-04-07", "waiting after the extended end changes nothing")
            .waiting(.identity, "2026-04-08", "2026-04-20").extended(first: "2026-02-05"),
        .init(.gdprErasure, "DE", "2026-01-05", nil, "waiting in the third month lasts")
            .waiting(.identity, "2026-03-02", nil).extended(first: "2026-02-05").standing(.paused).notice("2026-02-05"),
        .init(.gdpr, "DE", "2032-10-01", "2033-01-01", "beyond the data, not rolled").extended(first: "2032-11-01")
            .provisional(),
        // Who has no extension gets none.
        .init(.fadp, "CH", "2026-01-05", "2026-02-04", "the FADP has the person told a date instead")
            .extended(first: "2026-02-04").withoutNotice(),
        .init(.lgpd, "BR", "2026-01-05", "2026-01-20", "the LGPD knows none").at("America/Sao_Paulo")
            .extended(first: "2026-01-20").withoutNotice(),
        .init(.other, "DE", "2026-01-05", "2026-02-04", "nor does a regime that nobody has confirmed")
            .extended(first: "2026-02-04").withoutNotice(),
        .init(.own, "DE", "2026-06-15", "2026-07-27", "nor does a promise")
            .extended(first: "2026-07-27").withoutNotice(),
    ]
}
