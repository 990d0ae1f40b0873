package import Foundation

/// A longer retention of a client's data after its contract, asked for and agreed (K8): the data are kept until a time, and gone
/// a little later.
package enum AgreedRetention {
    /// By when everything of the client is gone: the date of the contract's end, or, where that is later, the agreed time with
    /// the period in which all recipients are reached. Never earlier: an agreement keeps, it does not hasten.
    ///
    /// - Parameter purge: the date without an agreement.
    package static func deadline(
        _ purge: Deadline,
        keptUntil until: Date,
        policy: Policy,
        place: Place,
        atlas: HolidayAtlas
    ) -> Deadline {
        let reach = policy.clock(.fanOut)?.rule.period ?? Period(0, .calendarDay)
        let rule = ClockRule(
            "agreement.retention",
            .purge,
            reach,
            source: "K8; agreed extension",
            "Data that are kept by agreement are gone when that time and the time to reach every recipient are over."
        )
        let agreed = Deadline(rule, from: until, at: place, atlas: atlas)
        guard let due = agreed.due, due > purge.due ?? .distantPast else { return purge }
        return agreed
    }
}
