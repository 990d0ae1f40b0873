package import Foundation

extension Period {
    /// When a period ends, and whether that end still lacks holiday data.
    package struct End: Sendable, Hashable {
        package let instant: Date
        package let isProvisional: Bool
    }

    /// The end of this period when it is started by `anchor` at `place`.
    ///
    /// The anchor's own day does not count, days inside count whatever they are, and a day-counted period ends with its
    /// last day (Regulation (EEC, Euratom) 1182/71, Art. 3). Hours and minutes run from the instant through every night.
    package func end(from anchor: Date, at place: Place, holidays: HolidayCalendar) -> End {
        let first = place.day(of: anchor)
        switch unit {
        case .minute:
            return End(instant: anchor.addingTimeInterval(Double(count) * 60), isProvisional: false)
        case .hour:
            return End(instant: anchor.addingTimeInterval(Double(count) * 3_600), isProvisional: false)
        case .calendarDay:
            return settle(first.adding(days: count), place, holidays)
        case .calendarMonth:
            return settle(first.adding(months: count), place, holidays)
        case .businessDay:
            var day = first
            var isProvisional = false
            for _ in 0..<count {
                repeat { day = day.adding(days: 1) } while !holidays.isWorkingDay(day)
                isProvisional = isProvisional || !holidays.covers(day)
            }
            return End(instant: place.end(of: day), isProvisional: isProvisional)
        }
    }

    private func settle(_ last: CivilDate, _ place: Place, _ holidays: HolidayCalendar) -> End {
        guard rolls else { return End(instant: place.end(of: last), isProvisional: false) }
        var day = last
        while true {
            guard holidays.covers(day) else { return End(instant: place.end(of: last), isProvisional: true) }
            if holidays.isWorkingDay(day) { return End(instant: place.end(of: day), isProvisional: false) }
            day = day.adding(days: 1)
        }
    }
}
