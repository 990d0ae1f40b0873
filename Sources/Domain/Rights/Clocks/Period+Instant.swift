package import FoundationEssentials

extension Period {
    /// When so much time is over, counted from an instant: without holidays, in days of 24 hours, for technical periods such as
    /// how long a peer can restore what it deleted.
    package func end(after instant: Date) -> Date {
        let seconds: Double =
            switch unit {
            case .minute: 60
            case .hour: 3_600
            case .calendarDay: 86_400
            case .businessDay: 86_400 * 7 / 5
            case .calendarMonth: 86_400 * 31
            }
        return instant.addingTimeInterval(Double(count) * seconds)
    }
}
