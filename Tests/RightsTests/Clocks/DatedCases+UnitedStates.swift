import Rights

extension DatedCases {
    static let california: [DatedCase] = [
        // 45 and 90 calendar days, which do not roll.
        .init(.ccpa, "US-CA", "2026-01-05", "2026-02-19", "26 + 19").notice("2026-02-19"),
        .init(.ccpa, "US-CA", "2026-03-04", "2026-04-18", "27 + 18, a Saturday"),
        .init(.ccpa, "US-CA", "2026-11-10", "2026-12-25", "20 + 25, Christmas Day"),
        .init(.ccpa, "US-CA", "2024-01-16", "2024-03-01", "15 + 29 + 1, with the leap day"),
        .init(.ccpa, "US-CA", "2025-01-16", "2025-03-02", "15 + 28 + 2, without one"),
        .init(.ccpa, "US-CA", "2026-01-05", "2026-04-05", "26 + 28 + 31 + 5")
            .extended(first: "2026-02-19").notice("2026-02-19"),
        .init(.ccpa, "US-CA", "2028-01-05", "2028-04-04", "26 + 29 + 31 + 4").extended(first: "2028-02-19"),
        .init(.ccpa, "US-CA", "2026-10-17", "2027-01-15", "14 + 30 + 31 + 15").extended(first: "2026-12-01"),
        .init(.ccpa, "US-CA", "2026-01-05", "2026-02-19", "verification takes from the 45 days")
            .waiting(.identity, "2026-01-06", "2026-02-06"),
        .init(.ccpa, "US-CA", "2026-01-05", "2026-02-19", "also while it lasts").waiting(.identity, "2026-01-06", nil),
        .init(.ccpa, "US-CA", "2026-01-05", "2026-04-05", "also from the 90")
            .waiting(.clarification, "2026-01-06", "2026-02-06").extended(first: "2026-02-19").notice("2026-02-19"),
        .init(.disclosures, "US-CA", "2026-01-05", "2026-02-04", "26 + 4").withoutNotice(),
        // Ten business days to confirm receipt.
        .init(.confirmReceipt, "US-CA", "2026-01-05", "2026-01-20", "9 by Friday 16; Monday is Martin Luther King's"),
        .init(.confirmReceipt, "US-CA", "2026-01-03", "2026-01-16", "from a Saturday: two working weeks"),
        .init(.confirmReceipt, "US-CA", "2026-02-02", "2026-02-17", "9 by Friday 13; Monday is Presidents' Day"),
        .init(.confirmReceipt, "US-CA", "2026-03-23", "2026-04-06", "Cesar Chavez Day is Californian only, and counts"),
        .init(.confirmReceipt, "US-CA", "2026-06-08", "2026-06-23", "8 by Thursday 18; Juneteenth, a Friday, is both"),
        .init(.confirmReceipt, "US-CA", "2026-06-26", "2026-07-10", "Friday 3 July is federal only, and counts"),
        .init(.confirmReceipt, "US-CA", "2026-10-01", "2026-10-15", "Columbus Day is federal only, and counts"),
        .init(.confirmReceipt, "US-CA", "2026-11-02", "2026-11-17", "6 by Tuesday 10; Veterans Day is both"),
        .init(.confirmReceipt, "US-CA", "2026-11-16", "2026-12-01", "Thanksgiving is both, its Friday is Californian"),
        .init(.confirmReceipt, "US-CA", "2026-12-18", "2027-01-05", "Christmas and New Year, both Fridays, are both"),
        .init(.confirmReceipt, "US-CA", "2027-06-07", "2027-06-21", "Friday 18 June for Saturday is federal only"),
        .init(.confirmReceipt, "US-CA", "2027-12-17", "2027-12-31", "Fridays 24 and 31 for Saturdays are federal only"),
        .init(.confirmReceipt, "US-CA", "2028-11-01", "2028-11-16", "Friday 10 for Veterans Day on a Saturday is both"),
        // Fifteen business days to opt out.
        .init(.optOut, "US-CA", "2026-01-05", "2026-01-27", "10 by 20 January, and five more"),
        .init(.optOut, "US-CA", "2026-03-23", "2026-04-13", "10 by 6 April, and five more"),
        .init(.limitSensitive, "US-CA", "2026-05-11", "2026-06-02", "9 by Friday 22; Monday is Memorial Day"),
        .init(.optOut, "US-CA", "2026-06-26", "2026-07-17", "10 by 10 July, and five more"),
        .init(.optOut, "US-CA", "2026-06-27T06:30:00Z", "2026-07-17", "26 June there still"),
        .init(.optOut, "US-CA", "2026-09-01", "2026-09-23", "3 by Friday 4; Monday is Labor Day"),
        .init(.optOut, "US-CA", "2026-10-01", "2026-10-22", "10 by 15 October, and five more"),
        .init(.optOut, "US-CA", "2026-11-16", "2026-12-08", "10 by 1 December, and five more"),
        .init(.optOut, "US-CA", "2026-12-18", "2027-01-12", "10 by 5 January, and five more"),
        .init(.optOut, "US-CA", "2027-12-17", "2028-01-07", "10 by 31 December; New Year, a Saturday, takes no Monday"),
        .init(.optOut, "US-NY", "2026-02-09", "2026-03-03", "New York's Lincoln's Birthday counts: it is neither"),
        .init(.optOut, "US-CA", "2026-01-05", "2026-01-27", "nobody is asked for an extension, or identity")
            .waiting(.identity, "2026-01-06", nil).extended(first: "2026-01-27").withoutNotice(),
        .init(.optOut, "US-CA", "2032-12-20", "2033-01-10", "9 by Friday 31 and six weekdays of a year not known")
            .provisional(),
    ]

    static let hipaaAndOthers: [DatedCase] = [
        .init(.hipaa, "US", "2026-01-05", "2026-02-04", "26 + 4").notice("2026-02-04"),
        .init(.hipaa, "US", "2026-01-05", "2026-03-06", "30 more: 26 + 28 + 6")
            .extended(first: "2026-02-04").notice("2026-02-04"),
        .init(.hipaa, "US", "2026-06-04", "2026-07-04", "26 + 4, Independence Day, which does not roll"),
        .init(.hipaa, "US", "2028-01-31", "2028-03-01", "29 + 1, with the leap day"),
        .init(.hipaa, "US-CA", "2026-01-05", "2026-03-06", "identity takes from the days, also from the extension's")
            .waiting(.identity, "2026-01-06", "2026-01-20").extended(first: "2026-02-04"),
        .init(.hipaaAmend, "US", "2026-01-05", "2026-03-06", "60 days: 26 + 28 + 6").notice("2026-03-06"),
        .init(.hipaaAmend, "US", "2026-01-05", "2026-04-05", "30 more: 26 + 28 + 31 + 5").extended(first: "2026-03-06")
            .notice("2026-03-06"),
        .init(.hipaaAmend, "US", "2028-01-05", "2028-03-05", "26 + 29 + 5").notice("2028-03-05"),
        .init(.fadp, "CH", "2026-01-05", "2026-02-04", "26 + 4").withoutNotice(),
        .init(.fadp, "CH", "2026-12-02", "2027-01-01", "29 + 1, New Year, which does not roll"),
        .init(.fadp, "LI", "2026-12-07", "2027-01-06", "24 + 6, Epiphany, which does not roll"),
        .init(.fadp, "CH", "2026-03-01", "2026-03-31T21:59:59Z", "30, in summer time"),
        .init(.lgpd, "BR", "2026-02-14", "2026-03-01", "14 + 1, a Sunday").at("America/Sao_Paulo"),
        .init(.other, "XX", "2026-01-05", "2026-02-04T23:59:59Z", "26 + 4, in UTC while nobody knows the place")
            .at("UTC"),
    ]
}
