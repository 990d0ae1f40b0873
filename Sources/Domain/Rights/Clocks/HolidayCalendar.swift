/// The public holidays of one place, for the years that its data covers.
///
/// A year outside `years` is not known: nothing is rolled there and the date is marked provisional, because an
/// earlier date is the safe one.
package struct HolidayCalendar: Sendable, Hashable {
    package let years: Range<Int>
    package let days: Set<CivilDate>

    package init(years: Range<Int>, days: Set<CivilDate>) {
        self.years = years
        self.days = days
    }

    /// A place for which no data is loaded.
    package static let unknown = HolidayCalendar(years: 0..<0, days: [])

    package func covers(_ day: CivilDate) -> Bool { years.contains(day.year) }

    package func isWorkingDay(_ day: CivilDate) -> Bool { !day.isWeekend && !days.contains(day) }

    /// The calendar of those days only that are holidays in both.
    package func intersection(_ other: HolidayCalendar) -> HolidayCalendar {
        HolidayCalendar(years: years.clamped(to: other.years), days: days.intersection(other.days))
    }
}
