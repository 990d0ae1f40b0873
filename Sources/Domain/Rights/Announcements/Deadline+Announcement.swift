package import FoundationEssentials

extension Deadline {
    /// Until when a client has to have been told of a change (K20, C12): the last second before the day on which it takes effect. It
    /// warns like any date that is owed, five days or the last quarter before.
    ///
    /// - Parameter place: the client's, whose days are counted.
    package static func announcing(_ effectiveOn: CivilDate, from now: Date, at place: Place) -> Deadline {
        let rule = ClockRule(
            "notice.effective",
            .announce,
            Period(0, .calendarDay),
            source: "GDPR Art. 28(2); K20, C12",
            "A client is told of a change before the day on which it takes effect."
        )
        let due = place.end(of: effectiveOn.adding(days: -1))
        return Deadline(rule: rule, anchor: now, due: due, isProvisional: false)
    }
}
