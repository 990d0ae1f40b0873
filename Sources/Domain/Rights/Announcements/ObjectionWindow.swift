package import FoundationEssentials

/// How long a client may object to what it was told of (K20; GDPR Art. 28(2)).
package enum ObjectionWindow {
    /// The longest that a person may give, in days.
    package static let mostDays = 365

    /// The clock of a client's window: what the announcement gives or, where it is longer, what agreement or statement promise; the
    /// default where neither says anything.
    ///
    /// - Parameters:
    ///   - days: what the announcement gives, in calendar days after the one of `anchor`; nil where it says nothing.
    ///   - anchor: when the client was told.
    package static func deadline(
        days: Int?,
        policy: Policy,
        from anchor: Date,
        at place: Place,
        atlas: HolidayAtlas
    ) -> Deadline? {
        var rules = [policy.promise(.objection)?.rule].compactMap { $0 }
        if let days { rules.append(given(days)) }
        if rules.isEmpty { rules = [policy.clock(.objection)?.rule].compactMap { $0 } }
        return rules.map { Deadline($0, from: anchor, at: place, atlas: atlas) }
            .max { ($0.due ?? .distantPast) < ($1.due ?? .distantPast) }
    }

    private static func given(_ days: Int) -> ClockRule {
        ClockRule(
            "notice.objection",
            .objection,
            Period(days, .calendarDay),
            source: "the notice itself (K20)",
            "A client may object to what it was told of within the days that the notice gives."
        )
    }
}
