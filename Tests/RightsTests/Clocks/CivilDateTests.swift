import Foundation
import Rights
import Testing

@Suite("A civil date")
struct CivilDateTests {
    @Test("is the day that Foundation's calendar says, over nine hundred years")
    func foundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        // From 1583 on Foundation, too, is Gregorian. A step of 13 days visits every day-number of every month.
        for number in stride(from: -141_000, to: 200_000, by: 13) {
            let instant = Date(timeIntervalSince1970: Double(number) * 86_400)
            let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: instant)
            let date = CivilDate(dayNumber: number)
            #expect(date.year == parts.year && date.month == parts.month && date.day == parts.day)
            #expect(date.weekday + 1 == parts.weekday)
            #expect(date.dayNumber == number)
        }
    }

    @Test("counts every day once, forwards and backwards, before the common era too")
    func consecutive() throws {
        var previous = CivilDate(dayNumber: -800_000)
        for number in -799_999 ... -798_000 {
            let date = CivilDate(dayNumber: number)
            #expect(previous < date && previous.adding(days: 1) == date && date.adding(days: -1) == previous)
            #expect(CivilDate(year: date.year, month: date.month, day: date.day) == date)
            previous = date
        }
    }

    @Test(
        "has as many days in February as the rule says",
        arguments: [
            (1900, 28), (2000, 29), (2023, 28), (2024, 29), (2100, 28), (2400, 29), (0, 29), (-4, 29), (-100, 28),
        ]
    )
    func leapYears(_ year: Int, _ days: Int) {
        #expect(CivilDate.length(ofMonth: 2, in: year) == days)
        #expect((CivilDate(year: year, month: 2, day: 29) != nil) == (days == 29))
    }

    @Test(
        "does not exist where its numbers name no day",
        arguments: [
            (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (2026, 1, 32), (2026, 4, 31), (2026, 2, 30), (2026, 6, -1),
        ]
    )
    func none(_ year: Int, _ month: Int, _ day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    struct Step: Sendable, CustomTestStringConvertible {
        let from: String
        let months: Int
        let to: String
        var testDescription: String { "\(from) and \(months) months" }
    }

    static let steps: [Step] = [
        Step(from: "2026-01-31", months: 1, to: "2026-02-28"), Step(from: "2024-01-31", months: 1, to: "2024-02-29"),
        Step(from: "2026-01-30", months: 1, to: "2026-02-28"), Step(from: "2026-01-28", months: 1, to: "2026-02-28"),
        Step(from: "2026-03-31", months: 1, to: "2026-04-30"), Step(from: "2026-02-28", months: 1, to: "2026-03-28"),
        Step(from: "2024-02-29", months: 12, to: "2025-02-28"), Step(from: "2024-02-29", months: 48, to: "2028-02-29"),
        Step(from: "2026-12-31", months: 1, to: "2027-01-31"), Step(from: "2026-12-31", months: 2, to: "2027-02-28"),
        // Three months are counted from receipt, not two added to a shortened date.
        Step(from: "2026-01-31", months: 3, to: "2026-04-30"), Step(from: "2026-11-30", months: 3, to: "2027-02-28"),
        Step(from: "2026-03-31", months: -1, to: "2026-02-28"), Step(from: "2026-01-15", months: -1, to: "2025-12-15"),
        Step(from: "2026-01-15", months: -13, to: "2024-12-15"), Step(from: "2026-08-31", months: 0, to: "2026-08-31"),
    ]

    @Test("a month later has the same number or is the month's last day", arguments: steps)
    func months(_ step: Step) throws {
        #expect(try day(step.from).adding(months: step.months).description == step.to)
    }

    @Test("is written and compared like its ISO form")
    func description() throws {
        #expect(try #require(CivilDate(year: 33, month: 4, day: 5)).description == "0033-04-05")
        let (september, october) = (try day("2026-09-30"), try day("2026-10-01"))
        #expect(september < october)
        #expect(!(october < september))
    }
}

/// The day that an ISO date names.
func day(_ text: String) throws -> CivilDate {
    let parts = text.split(separator: "-").compactMap { Int($0) }
    try #require(parts.count == 3)
    return try #require(CivilDate(year: parts[0], month: parts[1], day: parts[2]))
}

/// The instant that an ISO 8601 time with an offset or `Z` names.
func instant(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }
