import Foundation

/// The holiday calendars of all places that data was given for, by ISO 3166 code.
package struct HolidayAtlas: Sendable {
    /// One place: a country, or a part of it with days of its own.
    package struct Entry: Sendable, Hashable {
        /// `DE` or `DE-BE`.
        package let code: String
        package let name: String
        /// The zone that most of the place keeps, from the tz database.
        package let zone: String
        package let calendar: HolidayCalendar

        package init(code: String, name: String, zone: String, calendar: HolidayCalendar) {
            self.code = code
            self.name = name
            self.zone = zone
            self.calendar = calendar
        }
    }

    private var entries: [String: Entry] = [:]
    /// California's working days for the CCPA, made once: only a day that is a holiday both federally and in California is
    /// none.
    private var californian: HolidayCalendar?

    package init(_ entries: [Entry] = []) {
        for entry in entries { self.entries[entry.code] = entry }
        if let federal = self.entries["US"], let state = self.entries["US-CA"] {
            californian = federal.calendar.intersection(state.calendar)
        }
    }

    /// The entry of `code`, or of its country where the part has none of its own.
    package func entry(_ code: String) -> Entry? {
        entries[code] ?? entries[String(code.prefix { $0 != "-" })]
    }

    /// The holidays a rule skips for a controller at `place`. Unknown where no data was given.
    package func calendar(_ choice: ClockRule.Calendar, at place: Place) -> HolidayCalendar {
        switch choice {
        case .ofPlace: place.country.flatMap { entry($0) }?.calendar ?? .unknown
        case .california: californian ?? .unknown
        }
    }

    /// A place of which only the country is known: it keeps that country's time, or UTC where no data was given.
    package func place(_ country: String?) -> Place {
        let zone = country.flatMap { entry($0)?.zone }.flatMap(TimeZone.init(identifier:))
        return Place(country: country, zone: zone ?? .gmt)
    }
}
