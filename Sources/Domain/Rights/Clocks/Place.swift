package import Foundation

/// Where a controller is: the time zone its days are counted in and the holidays its working days skip.
///
/// - `country` is ISO 3166-1 alpha-2 or ISO 3166-2 (`DE`, `DE-BE`), nil where nobody said.
package struct Place: Sendable, Hashable {
    package let country: String?
    package let zone: TimeZone

    package init(country: String?, zone: TimeZone) {
        self.country = country
        self.zone = zone
    }

    /// No country, days counted in UTC: what is assumed while no controller is known.
    package static let unknown = Place(country: nil, zone: .gmt)

    /// The civil day on which `instant` falls here.
    package func day(of instant: Date) -> CivilDate {
        let seconds = instant.timeIntervalSince1970 + Double(zone.secondsFromGMT(for: instant))
        return CivilDate(dayNumber: Int((seconds / 86_400).rounded(.down)))
    }

    /// The last second of `day` here: 23:59:59 local time, daylight saving included. Where clocks go back over midnight
    /// the second one of the two.
    package func end(of day: CivilDate) -> Date {
        let naive = Double(day.dayNumber) * 86_400 + 86_399
        func instant(offset: Int) -> Date { Date(timeIntervalSince1970: naive - Double(offset)) }
        // No zone changes twice within two days: the offset of this second is that of a day before or of a day after.
        let earlier = zone.secondsFromGMT(for: instant(offset: 86_400))
        let later = zone.secondsFromGMT(for: instant(offset: -86_400))
        guard earlier != later else { return instant(offset: earlier) }
        // The smaller offset gives the later instant.
        for offset in [min(earlier, later), max(earlier, later)] {
            let candidate = instant(offset: offset)
            if zone.secondsFromGMT(for: candidate) == offset { return candidate }
        }
        // Clocks went forward over this very second: the day ended when they did.
        return instant(offset: max(earlier, later))
    }
}
