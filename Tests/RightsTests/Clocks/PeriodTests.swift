import Foundation
import Testing

@testable import Rights

@Suite("A legal period")
struct PeriodTests {
    /// Holidays of 2026 that fall where the rows below need them.
    static let holidays: HolidayCalendar = {
        let days = ["2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25", "2026-12-26", "2027-01-01"]
        return HolidayCalendar(years: 2026..<2028, days: Set(days.compactMap { try? day($0) }))
    }()

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let period: Period
        var anchor = "2026-03-02T10:00:00Z"
        var place = PlaceTests.berlin
        let last: String
        var isProvisional = false
    }

    static let month = Period(1, .calendarMonth, rolls: true)
    static let rows: [Row] = [
        Row(testDescription: "the anchor's day does not count", period: Period(1, .calendarDay), last: "2026-03-03"),
        Row(testDescription: "a month ends on the same number", period: month, last: "2026-04-02"),
        Row(
            testDescription: "a last day on a Saturday rolls to Monday",
            period: month,
            anchor: "2026-01-28T10:00:00Z",
            last: "2026-03-02"
        ),
        Row(
            testDescription: "Good Friday, a weekend and Easter Monday roll to Tuesday",
            period: month,
            anchor: "2026-03-03T10:00:00Z",
            last: "2026-04-07"
        ),
        Row(
            testDescription: "a holiday on a Friday rolls over the weekend",
            period: month,
            anchor: "2026-04-01T10:00:00Z",
            last: "2026-05-04"
        ),
        Row(
            testDescription: "Christmas rolls into the next week",
            period: month,
            anchor: "2026-11-25T10:00:00Z",
            last: "2026-12-28"
        ),
        Row(
            testDescription: "the day is the controller's, not UTC's",
            period: Period(1, .calendarDay),
            anchor: "2026-06-30T22:30:00Z",
            last: "2026-07-02"
        ),
        Row(
            testDescription: "the 31st ends with a shorter month",
            period: Period(1, .calendarMonth),
            anchor: "2026-08-31T10:00:00Z",
            last: "2026-09-30"
        ),
        Row(
            testDescription: "CCPA days do not roll",
            period: Period(45, .calendarDay),
            anchor: "2026-03-04T20:00:00Z",
            place: PlaceTests.angeles,
            last: "2026-04-18"
        ),
        Row(
            testDescription: "business days skip weekends and holidays",
            period: Period(3, .businessDay),
            anchor: "2026-04-01T10:00:00Z",
            last: "2026-04-08"
        ),
        Row(
            testDescription: "business days begin after the anchor, also from a Saturday",
            period: Period(1, .businessDay),
            anchor: "2026-03-07T10:00:00Z",
            last: "2026-03-09"
        ),
        Row(
            testDescription: "no business day at all is the anchor's day",
            period: Period(0, .businessDay),
            last: "2026-03-02"
        ),
        Row(
            testDescription: "past the data nothing rolls, and the date is provisional",
            period: month,
            anchor: "2027-12-01T10:00:00Z",
            last: "2028-01-01",
            isProvisional: true
        ),
        Row(
            testDescription: "a roll that leaves the data stays at the earlier day",
            period: month,
            anchor: "2027-12-01T10:00:00Z",
            last: "2028-01-01",
            isProvisional: true
        ),
        Row(
            testDescription: "business days past the data are provisional",
            period: Period(5, .businessDay),
            anchor: "2027-12-30T10:00:00Z",
            last: "2028-01-06",
            isProvisional: true
        ),
        Row(
            testDescription: "days that neither roll nor skip need no data",
            period: Period(400, .calendarDay),
            anchor: "2027-12-01T10:00:00Z",
            last: "2029-01-04"
        ),
    ]

    @Test("ends with its last day, rolled as its rule says", arguments: rows)
    func end(_ row: Row) throws {
        let end = row.period.end(from: try instant(row.anchor), at: row.place, holidays: Self.holidays)
        #expect(end.instant == row.place.end(of: try day(row.last)))
        #expect(end.isProvisional == row.isProvisional)
    }

    @Test("without any data is provisional where it would roll, and earlier than with it")
    func unknown() throws {
        let anchor = try instant("2026-03-03T10:00:00Z")
        let known = Self.month.end(from: anchor, at: PlaceTests.berlin, holidays: Self.holidays)
        let unknown = Self.month.end(from: anchor, at: PlaceTests.berlin, holidays: .unknown)
        #expect(!known.isProvisional && unknown.isProvisional)
        #expect(unknown.instant < known.instant)
    }

    @Test("in hours and minutes runs through nights, weekends and changes of the clocks")
    func hours() throws {
        let anchor = try instant("2026-03-28T23:30:00Z")
        let day = Period(24, .hour).end(from: anchor, at: PlaceTests.berlin, holidays: Self.holidays)
        #expect(day == Period.End(instant: anchor.addingTimeInterval(86_400), isProvisional: false))
        let quarter = Period(15, .minute).end(from: anchor, at: PlaceTests.berlin, holidays: .unknown)
        #expect(quarter == Period.End(instant: anchor.addingTimeInterval(900), isProvisional: false))
    }

    @Test("that rolls never ends on a day off and never before its last day, from any day of two years")
    func property() throws {
        var date = try day("2026-01-01")
        while date.year < 2027 {
            let anchor = PlaceTests.berlin.end(of: date)
            let end = Self.month.end(from: anchor, at: PlaceTests.berlin, holidays: Self.holidays)
            let last = PlaceTests.berlin.day(of: end.instant)
            #expect(Self.holidays.isWorkingDay(last) && last >= date.adding(months: 1) && !end.isProvisional)
            date = date.adding(days: 1)
        }
    }

    struct Waiting: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let period: Period
        let waited: Int
        let last: String
    }

    static let waitings: [Waiting] = [
        Waiting(
            testDescription: "days are added to days",
            period: Period(30, .calendarDay),
            waited: 5,
            last: "2026-04-06"
        ),
        Waiting(testDescription: "days are added before the roll", period: month, waited: 1, last: "2026-04-07"),
        Waiting(
            testDescription: "a day that the roll adds anyway adds none",
            period: month,
            waited: 5,
            last: "2026-04-07"
        ),
        Waiting(testDescription: "after it each one counts", period: month, waited: 6, last: "2026-04-08"),
        Waiting(
            testDescription: "business days end on one",
            period: Period(3, .businessDay),
            waited: 2,
            last: "2026-03-09"
        ),
        Waiting(
            testDescription: "five of them are a week",
            period: Period(3, .businessDay),
            waited: 5,
            last: "2026-03-12"
        ),
    ]

    /// Received on Monday 2 March: a month is Thursday 2 April, Maundy Thursday; three business days are 5 March.
    @Test("leaves out the days it stood still", arguments: waitings)
    func waited(_ row: Waiting) throws {
        let end = row.period.end(
            from: try instant("2026-03-02T10:00:00Z"),
            at: PlaceTests.berlin,
            holidays: Self.holidays,
            waited: row.waited
        )
        #expect(PlaceTests.berlin.day(of: end.instant) == (try day(row.last)))
    }

    @Test(
        "is read as it is written, one or several",
        arguments: [
            ("30 business_day", Period(30, .businessDay)), ("1 calendar_month", Period(1, .calendarMonth)),
            ("45 calendar_days", Period(45, .calendarDay)), ("24 hours", Period(24, .hour)),
            ("15 minute", Period(15, .minute)),
        ]
    )
    func reading(_ text: String, _ period: Period) {
        #expect(Period(text) == period)
        #expect(Period(period.description) == period)
    }

    @Test(
        "is not read from anything else",
        arguments: [
            "", "30", "day", "30 days", "-1 hour", "1.5 hour", "one hour", "1 hour 2", "100001 hour", "1 s", "1 Hour",
        ]
    )
    func unreadable(_ text: String) { #expect(Period(text) == nil) }

    @Test("is written for people")
    func words() {
        #expect(
            Period(1, .calendarMonth).words == "1 calendar month"
                && Period(30, .businessDay).words == "30 business days"
        )
        #expect(Period(0, .hour).words == "0 hours")
    }

    @Test("K1: takes no longer than it is compared by, wherever and whenever it begins")
    func longest() throws {
        // Without holidays: weekends are all that a limit can foresee.
        let calendar = HolidayCalendar(years: 2026..<2030, days: [])
        for period in [
            Period(1, .businessDay), Period(2, .businessDay), Period(3, .businessDay), Period(5, .businessDay),
            Period(30, .businessDay), Period(1, .calendarDay), Period(30, .calendarDay), Period(1, .calendarMonth),
            Period(24, .hour), Period(15, .minute),
        ] {
            for hour in 0..<(400 * 24) {
                let anchor = Date(timeIntervalSince1970: 1_767_225_600 + Double(hour) * 3_600)  // 2026-01-01
                let end = period.end(from: anchor, at: .unknown, holidays: calendar).instant
                guard end.timeIntervalSince(anchor) > Double(period.longestHours) * 3_600 else { continue }
                Issue.record("\(period) from \(anchor.ISO8601Format())")
                break
            }
        }
    }

    @Test("K1: of one business day is more than three days of hours, for it may begin on a Friday")
    func overTheWeekend() {
        #expect(Period(1, .businessDay).longestHours > Period(72, .hour).longestHours)
        #expect(Period(1, .calendarDay).longestHours > Period(24, .hour).longestHours)
        #expect(Period(90, .calendarDay).longestHours <= Period(90, .calendarDay).longestHours)
        #expect(Period(1, .calendarMonth).longestHours > Period(30, .calendarDay).longestHours)
    }
}
