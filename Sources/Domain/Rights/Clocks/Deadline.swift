package import Foundation

/// A date by which something is owed, with the rule it came from.
package struct Deadline: Sendable, Hashable {
    package let rule: ClockRule
    package let anchor: Date
    package let due: Date
    /// Holiday data for the last day is missing: the date is the earlier, safe one and will be computed again.
    package let isProvisional: Bool

    package init(_ rule: ClockRule, from anchor: Date, at place: Place, holidays: HolidayCalendar) {
        let end = rule.period.end(from: anchor, at: place, holidays: holidays)
        self.init(rule: rule, anchor: anchor, due: end.instant, isProvisional: end.isProvisional)
    }

    package init(rule: ClockRule, anchor: Date, due: Date, isProvisional: Bool) {
        self.rule = rule
        self.anchor = anchor
        self.due = due
        self.isProvisional = isProvisional
    }

    /// When the controller must hold our outcome so that its own answer can be in time: five working days before its
    /// `respond` date, or half of the time left where that would already be past (GDPR Art. 28(3)(e), profile default).
    package static func assist(
        before respond: Deadline,
        receivedAt now: Date,
        at place: Place,
        holidays: HolidayCalendar
    ) -> Deadline {
        var day = place.day(of: respond.due)
        var isProvisional = respond.isProvisional
        for _ in 0..<5 {
            repeat { day = day.adding(days: -1) } while !holidays.isWorkingDay(day)
            isProvisional = isProvisional || !holidays.covers(day)
        }
        var due = place.end(of: day)
        if due <= now {
            due = max(
                now,
                Date(
                    timeIntervalSince1970: ((now.timeIntervalSince1970 + respond.due.timeIntervalSince1970) / 2)
                        .rounded(.down)
                )
            )
        }
        let rule = ClockRule(
            "profile.assist",
            .assist,
            Period(-5, .businessDay),
            source: "GDPR Art. 28(3)(e); profile default"
        )
        return Deadline(rule: rule, anchor: respond.anchor, due: due, isProvisional: isProvisional)
    }
}
