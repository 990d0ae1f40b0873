import Rights

extension DatedCases {
    /// Received on Monday 5 January 2026; without waiting the month ends on Thursday 5 February.
    static let unitedKingdom: [DatedCase] = [
        // The month begins at the latest of receipt, identity and fee.
        .init(.ukErasure, "GB-ENG", "2026-01-05", "2026-02-20", "begins on 20 January, with the identity")
            .waiting(.identity, "2026-01-06", "2026-01-20").notice("2026-02-20"),
        .init(.ukErasure, "GB-ENG", "2026-01-05", "2026-02-05", "asked without a recorded doubt: begins with receipt")
            .waiting(.identity, "2026-01-06", "2026-01-20", isGrounded: false).notice("2026-02-05"),
        .init(.ukErasure, "GB-ENG", "2026-01-05", nil, "has not begun")
            .waiting(.identity, "2026-01-06", nil).standing(.notBegun).withoutNotice(),
        .init(.ukErasure, "GB-ENG", "2026-01-05", "2026-02-05", "asked without a recorded doubt, it runs meanwhile")
            .waiting(.identity, "2026-01-06", nil, isGrounded: false),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-03-02", "begins on 28 January, with the fee; 28 February rolls")
            .waiting(.fee, "2026-01-06", "2026-01-28"),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-03-02", "begins on 31 January; no 31 February, so the 28th, so Monday")
            .waiting(.fee, "2026-01-06", "2026-01-31"),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-02-20", "a fee needs no ground")
            .waiting(.fee, "2026-01-06", "2026-01-20", isGrounded: false),
        .init(.uk, "GB-ENG", "2026-01-05", nil, "has not begun while the fee is awaited")
            .waiting(.fee, "2026-01-06", nil).standing(.notBegun).withoutNotice(),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-02-27", "the fee, 27 January, is the later")
            .waiting(.identity, "2026-01-06", "2026-01-20").waiting(.fee, "2026-01-10", "2026-01-27"),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-02-27", "the identity, 27 January, is the later")
            .waiting(.identity, "2026-01-06", "2026-01-27").waiting(.fee, "2026-01-10", "2026-01-20"),
        .init(.uk, "GB-ENG", "2026-01-05", nil, "the identity came, the fee did not")
            .waiting(.identity, "2026-01-06", "2026-01-20").waiting(.fee, "2026-01-10", nil).standing(.notBegun),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-02-05", "asked and paid on the day of receipt")
            .waiting(.fee, "2026-01-05 11:00", "2026-01-05 16:00"),
        .init(.ukErasure, "GB-ENG", "2026-06-01", "2026-07-30T22:59:59Z", "the identity came on 30 June, 23:59 there")
            .waiting(.identity, "2026-06-02", "2026-06-30T22:59:00Z"),
        .init(.ukErasure, "GB-ENG", "2026-06-01", "2026-08-03T22:59:59Z", "a minute later: 1 August, a Saturday")
            .waiting(.identity, "2026-06-02", "2026-06-30T23:00:00Z"),
        .init(.ukErasure, "GB-SCT", "2026-06-01", "2026-08-04", "the same in Scotland, whose bank holiday it is")
            .waiting(.identity, "2026-06-02", "2026-06-30T23:00:00Z"),
        .init(.ukErasure, "GB-SCT", "2026-10-05", "2026-12-01", "begins on 30 October; Saint Andrew's Day, so Tuesday")
            .waiting(.identity, "2026-10-06", "2026-10-30"),
        // Asked after the end, nothing begins anew.
        .init(.uk, "GB-ENG", "2026-01-05", "2026-02-05", "a fee asked after the end")
            .waiting(.fee, "2026-02-10", "2026-03-01"),
        .init(.ukErasure, "GB-ENG", "2026-01-05", "2026-02-05", "identity asked after the end, and still awaited")
            .waiting(.identity, "2026-02-06", nil).notice("2026-02-05"),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-03-20", "a fee asked within a month that began later")
            .waiting(.identity, "2026-01-06", "2026-01-20").waiting(.fee, "2026-02-10", "2026-02-20"),
        // Days spent waiting for clarification do not count, nor for the limit of the notice.
        .init(.uk, "GB-ENG", "2026-01-05", "2026-02-12", "a week").waiting(.clarification, "2026-01-12", "2026-01-19")
            .notice("2026-02-12"),
        .init(.ukErasure, "GB-ENG", "2026-01-05", "2026-02-05", "of an access request only")
            .waiting(.clarification, "2026-01-12", "2026-01-19").notice("2026-02-05"),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-02-05", "asked late, they count")
            .waiting(.clarification, "2026-01-12", "2026-01-19", isGrounded: false).notice("2026-02-05"),
        .init(.uk, "GB-ENG", "2026-01-05", nil, "while it lasts the notice's limit stands still, too")
            .waiting(.clarification, "2026-01-12", nil).standing(.paused).withoutNotice(),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-02-16", "overlapping days once: ten on 5 February, a Sunday")
            .waiting(.clarification, "2026-01-12", "2026-01-19").waiting(.clarification, "2026-01-15", "2026-01-22"),
        .init(.uk, "GB-ENG", "2026-03-03", "2026-04-07", "three days on Good Friday: Easter Monday, so Tuesday")
            .waiting(.clarification, "2026-03-10", "2026-03-13").notice("2026-04-07"),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-02-09", "four days from the last day on")
            .waiting(.clarification, "2026-02-05", "2026-02-09").notice("2026-02-09"),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-04-13", "a week on 5 April: 12 April, a Sunday, so Monday")
            .waiting(.clarification, "2026-01-12", "2026-01-19").extended(first: "2026-02-12").notice("2026-02-12"),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-04-13", "a week in the third month leaves the notice's limit")
            .waiting(.clarification, "2026-03-02", "2026-03-09").extended(first: "2026-02-05").notice("2026-02-05"),
        // Both.
        .init(.uk, "GB-ENG", "2026-01-05", "2026-02-27", "begins on 20 January, and a week does not count")
            .waiting(.identity, "2026-01-06", "2026-01-20").waiting(.clarification, "2026-01-22", "2026-01-29"),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-02-25", "of waiting begun before it, 20 to 25 January")
            .waiting(.identity, "2026-01-06", "2026-01-20").waiting(.clarification, "2026-01-10", "2026-01-25"),
        .init(.uk, "GB-ENG", "2026-01-05", "2026-02-20", "waiting that was over before it began changes nothing")
            .waiting(.identity, "2026-01-06", "2026-01-20").waiting(.clarification, "2026-01-07", "2026-01-15"),
        // Neither hold nor silence.
        .init(.ukErasure, "GB-ENG", "2026-01-05", "2026-02-05", "a legal hold").waiting(.hold, "2026-01-06", nil),
        .init(.ukErasure, "GB-ENG", "2026-01-05", "2026-02-05", "a silent client")
            .waiting(.clientSilent, "2026-01-06", nil),
        // A complaint: thirty days, the day of receipt the first of them.
        .init(.complaintUK, "GB-ENG", "2026-07-01", "2026-07-30", "1 July is the first, 30 July the thirtieth"),
        .init(.complaintUK, "GB-ENG", "2026-07-01 23:59", "2026-07-30", "one minute of a day counts as the day"),
        .init(.complaintUK, "GB-ENG", "2026-06-30T23:30:00Z", "2026-07-30", "1 July there already"),
        .init(.complaintUK, "GB-ENG", "2026-06-19", "2026-07-18", "12 days of June, 18 of July; no roll from Saturday"),
        .init(.complaintUK, "GB-ENG", "2026-12-05", "2027-01-03", "27 days of December, 3 of January; a Sunday"),
        .init(.complaintUK, "GB-ENG", "2027-02-01", "2027-03-02", "28 days of February, 2 of March"),
        .init(.complaintUK, "GB-ENG", "2028-02-01", "2028-03-01", "29 days of February, 1 of March"),
        .init(.complaintUK, "GB-SCT", "2026-11-01", "2026-11-30", "Saint Andrew's Day does not roll it"),
    ]
}
