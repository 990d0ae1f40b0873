package import Foundation

/// A date by which something is owed, or at which something happens by itself, with the rule it came from.
package struct Deadline: Sendable, Hashable {
    package let rule: ClockRule
    package let anchor: Date
    /// Nil while the clock is paused or has not begun.
    package let due: Date?
    /// When somebody is warned that it comes near; nil where nobody is owed anything by it.
    package let warnAt: Date?
    /// Holiday data for the last day is missing: the date is the earlier, safe one and will be computed again.
    package let isProvisional: Bool

    package init(_ rule: ClockRule, from anchor: Date, at place: Place, atlas: HolidayAtlas) {
        self.init(rule.read(from: anchor, at: place, atlas: atlas))
    }

    package init(_ reading: ClockReading) {
        self.init(
            rule: reading.rule,
            anchor: reading.anchor,
            due: reading.due,
            isProvisional: reading.isProvisional
        )
    }

    package init(rule: ClockRule, anchor: Date, due: Date?, isProvisional: Bool) {
        self.rule = rule
        self.anchor = anchor
        self.due = due
        self.isProvisional = isProvisional
        warnAt = due.flatMap { Deadline.warning(of: rule, from: anchor, due: $0) }
    }

    /// When the clock has to look at it next.
    package var nextAt: Date? { [warnAt, due].compactMap { $0 }.min() }

    /// Whether its date has passed.
    package func isOverdue(at now: Date) -> Bool { due.map { $0 < now } ?? false }

    /// Half of the time for a referral, four hours after becoming aware of a breach, else five days before the end or, where
    /// the period is short, its last quarter. A pending approval is a date at risk once its own time is over, and not before.
    private static func warning(of rule: ClockRule, from anchor: Date, due: Date) -> Date? {
        guard rule.clock.isOwed else { return nil }
        let whole = max(0, due.timeIntervalSince(anchor))
        let ahead: TimeInterval =
            switch rule.clock {
            case .refer: whole / 2
            case .approval: 0
            case .notifyClients: whole - min(whole, 4 * 3_600)
            default: min(5 * 86_400, whole / 4)
            }
        return due.addingTimeInterval(-ahead.rounded(.down))
    }
}

extension Deadline {
    /// When the controller must hold our outcome so that its own answer can be in time: five working days before its
    /// `respond` date, or half of the time left where that would already be past (GDPR Art. 28(3)(e)).
    ///
    /// Where holidays are not known ten weekdays are taken instead of five working days: earlier is safe.
    package static func assist(
        before respond: ClockReading,
        receivedAt now: Date,
        at place: Place,
        atlas: HolidayAtlas
    ) -> Deadline {
        guard let end = respond.due else {
            return Deadline(rule: assistRule, anchor: respond.anchor, due: nil, isProvisional: false)
        }
        let holidays = atlas.calendar(.ofPlace, at: place)
        var day = place.day(of: end)
        var isKnown = true
        var left = 5
        while left > 0 {
            day = day.adding(days: -1)
            guard holidays.isWorkingDay(day) else { continue }
            if !holidays.covers(day), isKnown {
                isKnown = false
                left += 5
            }
            left -= 1
        }
        var due = place.end(of: day)
        if due <= now {
            let half = (now.timeIntervalSince1970 + end.timeIntervalSince1970) / 2
            due = max(now, Date(timeIntervalSince1970: half.rounded(.down)))
        }
        return Deadline(
            rule: assistRule,
            anchor: respond.anchor,
            due: due,
            isProvisional: respond.isProvisional || !isKnown
        )
    }

    private static let assistRule = ClockRule(
        "default.assist",
        .assist,
        Period(-5, .businessDay),
        source: "GDPR Art. 28(3)(e); default",
        "The client has the outcome, or a list of what is pending and until when, five working days before its own date."
    )
}

extension Deadline {
    /// The clock of a case that another one answers, too: it stands still until that one has ended.
    package static func equal(to first: UUID, from anchor: Date) -> Deadline {
        let rule = ClockRule(
            "link.equal",
            .equal,
            Period(0, .calendarDay),
            source: "case \(first.lowercaseText)",
            "The same person had asked for the same before; one answer ends both."
        )
        return Deadline(rule: rule, anchor: anchor, due: nil, isProvisional: false)
    }
}
