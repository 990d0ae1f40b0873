package import Foundation

/// The clocks of a disclosure (K23, C8).
extension Deadline {
    /// The authority's own date.
    package static func disclosure(_ demand: DisclosureDemand) -> Deadline {
        let rule = ClockRule(
            "authority.due",
            .disclosure,
            Period(0, .calendarDay),
            source: "\(demand.basis) (K23, C8)",
            "An authority gets what it may demand by law on the day that it has named."
        )
        return Deadline(rule: rule, anchor: demand.demandedAt, due: demand.dueAt, isProvisional: false)
    }

    /// When the client may be told of what nobody was to tell it; nil where there is no such time.
    package static func tellClient(_ demand: DisclosureDemand) -> Deadline? {
        guard let until = demand.prohibition?.until else { return nil }
        let rule = ClockRule(
            "disclosure.prohibition_ends",
            .tellClient,
            Period(0, .calendarDay),
            source: "the prohibition's own end (K23)",
            "The client is told of a disclosure as soon as nothing forbids it any more."
        )
        return Deadline(rule: rule, anchor: demand.demandedAt, due: until, isProvisional: false)
    }

    /// Until when a client that was told at `told` can object before anything is collected.
    ///
    /// Whatever it was given, a day is left for collecting before the authority's date; of less than two days half.
    package static func clientTerm(
        _ term: Period,
        from told: Date,
        before due: Date,
        at place: Place,
        atlas: HolidayAtlas
    ) -> Deadline {
        let rule = ClockRule(
            "disclosure.client_term",
            .clientTerm,
            term,
            source: "GDPR Art. 28(3)(a); K23",
            "The client is told before an authority gets its data, and has this long to object."
        )
        let whole = Deadline(rule, from: told, at: place, atlas: atlas)
        let left = max(0, due.timeIntervalSince(told))
        let latest = due.addingTimeInterval(-min(86_400, (left / 2).rounded(.down)))
        return Deadline(
            rule: rule,
            anchor: told,
            due: max(told, min(whole.due ?? latest, latest)),
            isProvisional: false
        )
    }
}
