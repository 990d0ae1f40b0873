/// A length of legal time and the way it is counted.
package struct Period: Sendable, Hashable {
    package enum Unit: String, Sendable, Hashable, CaseIterable {
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
    /// Whether the day of the event is the first of the days counted; elsewhere it is not counted at all.
    package let countsAnchorDay: Bool

    package init(_ count: Int, _ unit: Unit, rolls: Bool = false, countsAnchorDay: Bool = false) {
        self.count = count
        self.unit = unit
        self.rolls = rolls
        self.countsAnchorDay = countsAnchorDay
    }

    /// Whether the period is counted in days, so that it ends with a day, and days of waiting can be left out of it.
    package var countsDays: Bool {
        switch unit {
        case .calendarMonth, .calendarDay, .businessDay: true
        case .hour, .minute: false
        }
    }
}

extension Period {
    /// Reads `30 business_day`, `1 calendar_month`; a plural `s` is allowed. Nil where it says something else, or nothing at all.
    package init?(_ text: some StringProtocol, rolls: Bool = false) {
        let words = text.split(separator: " ")
        guard words.count == 2, let count = Int(words[0]), (1...100_000).contains(count) else { return nil }
        let name = words[1].hasSuffix("s") ? words[1].dropLast() : words[1]
        guard let unit = Unit(rawValue: String(name)) else { return nil }
        self.init(count, unit, rolls: rolls)
    }

    /// For comparing two periods: the longest time it can take, in hours, public holidays aside. Days take the rest of the
    /// anchor's own day with them; a month counts as 31 days, business days as twice as many or as those and a weekend.
    package var longestHours: Int {
        switch unit {
        case .calendarMonth: (count * 31 + 1) * 24
        case .calendarDay: (count + 1) * 24
        case .businessDay: max(count * 2, count + 3) * 24
        case .hour: count
        case .minute: (count + 59) / 60
        }
    }
}

extension Period: CustomStringConvertible {
    /// `1 calendar_month`, as ``init(_:rolls:)`` reads it.
    package var description: String { "\(count) \(unit.rawValue)" }

    /// `1 calendar month`, `30 business days`: for people.
    package var words: String {
        let name = unit.rawValue.split(separator: "_").joined(separator: " ")
        return "\(count) \(name)\(count == 1 ? "" : "s")"
    }
}
