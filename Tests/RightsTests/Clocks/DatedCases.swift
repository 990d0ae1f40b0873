import Rights
import Testing

/// The clock engine against dates that were worked out by hand, from the texts of the rules and a calendar on the wall.
///
/// Holidays are those committed in `deploy/holidays`. The cases are in the extensions of this suite, by theme; each
/// says in a few words why its date is the right one.
@Suite("A period received on a certain day")
struct DatedCases {
    @Test("ends with the same number of the month, or with the month's last day", arguments: monthEnds)
    func month(_ row: DatedCase) throws { try row.check() }

    @Test("ends with its day as the clocks there go", arguments: clockChanges)
    func clock(_ row: DatedCase) throws { try row.check() }

    @Test("rolls over Easter as it is kept there", arguments: easter)
    func spring(_ row: DatedCase) throws { try row.check() }

    @Test("rolls over Christmas and New Year as they are kept there", arguments: christmas)
    func winter(_ row: DatedCase) throws { try row.check() }

    @Test("rolls over the other holidays of the place", arguments: otherHolidays)
    func holiday(_ row: DatedCase) throws { try row.check() }

    @Test("stands still where the regime lets it", arguments: pauses)
    func pause(_ row: DatedCase) throws { try row.check() }

    @Test("is extended from receipt", arguments: extensions)
    func extended(_ row: DatedCase) throws { try row.check() }

    @Test("begins in the United Kingdom when everything is there", arguments: unitedKingdom)
    func british(_ row: DatedCase) throws { try row.check() }

    @Test("runs in California by California's days", arguments: california)
    func californian(_ row: DatedCase) throws { try row.check() }

    @Test("runs under HIPAA and elsewhere without a roll", arguments: hipaaAndOthers)
    func unrolled(_ row: DatedCase) throws { try row.check() }

    @Test("of business days skips what is kept there", arguments: businessDays)
    func business(_ row: DatedCase) throws { try row.check() }

    @Test("is written down in at least two hundred cases, each of them once")
    func count() {
        let all =
            DatedCases.monthEnds + DatedCases.clockChanges + DatedCases.easter + DatedCases.christmas
            + DatedCases.otherHolidays + DatedCases.pauses + DatedCases.extensions + DatedCases.unitedKingdom
            + DatedCases.california + DatedCases.hipaaAndOthers + DatedCases.businessDays
        #expect(all.count >= 200)
        #expect(Set(all.map(\.testDescription)).count == all.count)
    }
}
