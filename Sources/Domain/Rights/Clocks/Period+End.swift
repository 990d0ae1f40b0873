package import Foundation

extension Period {
    /// When a period ends, and whether that end still lacks holiday data.
    package struct End: Sendable, Hashable {
        package let instant: Date
        package let isProvisional: Bool
    }

    /// The end of this period when it is started by `anchor` at `place`.
    ///
    /// The anchor's own day does not count unless the period says so, days inside count whatever they are, and a period of
    /// days ends with its last day (Regulation (EEC, Euratom) 1182/71, Art. 3). Hours and minutes run from the instant
    /// through every night; days of waiting cannot be left out of them.
    ///
    /// - Parameter waited: days that do not count because the period stood still, added before the last day is rolled; of a
    ///   period in business days these are business days, too.
    package func end(
        from anchor: Date,
        at place: Place,
        holidays: HolidayCalendar,
        waited: Int = 0
    ) -> End {
        let first = place.day(of: anchor).adding(days: countsAnchorDay ? -1 : 0)
        switch unit {
        case .minute:
            return End(instant: anchor.addingTimeInterval(Double(count) * 60), isProvisional: false)
        case .hour:
            return End(instant: anchor.addingTimeInterval(Double(count) * 3_600), isProvisional: false)
        case .calendarDay:
            return settle(first.adding(days: count + waited), place, holidays)
        case .calendarMonth:
            return settle(first.adding(months: count).adding(days: waited), place, holidays)
        case .businessDay:
            var day = first
            var isProvisional = false
            func step(while condition: (CivilDate) -> Bool) {
                repeat {
                    day = day.adding(days: 1)
                    isProvisional = isProvisional || !holidays.covers(day)
                } while condition(day)
            }
            for _ in 0..<count + waited { step { !holidays.isWorkingDay($0) } }
            return End(instant: place.end(of: day), isProvisional: isProvisional)
        }
    }

    private func settle(_ last: CivilDate, _ place: Place, _ holidays: HolidayCalendar) -> End {
        guard rolls else { return End(instant: place.end(of: last), isProvisional: false) }
        var day = last
        while true {
            // Beyond the data nothing is rolled: the earlier date is the safe one.
            guard holidays.covers(day) else { return End(instant: place.end(of: last), isProvisional: true) }
            if holidays.isWorkingDay(day) { return End(instant: place.end(of: day), isProvisional: false) }
            day = day.adding(days: 1)
        }
    }
}
