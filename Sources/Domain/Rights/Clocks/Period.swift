/// A length of legal time and the way it is counted.
package struct Period: Sendable, Hashable {
    package enum Unit: String, Sendable, Hashable {
        case calendarMonth = "calendar_month"
        case calendarDay = "calendar_day"
        case businessDay = "business_day"
        case hour
        case minute
    }

    package let count: Int
    package let unit: Unit
    /// Whether a last day that is no working day moves the end to the end of the next working day.
    package let rolls: Bool

    package init(_ count: Int, _ unit: Unit, rolls: Bool = false) {
        self.count = count
        self.unit = unit
        self.rolls = rolls
    }
}
