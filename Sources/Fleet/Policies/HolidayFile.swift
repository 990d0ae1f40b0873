package import Rights

/// Reads the holiday calendars of one country and its parts from YAML.
package enum HolidayFile {
    package static func entries(_ text: String, path: String) throws(PolicyFault) -> [HolidayAtlas.Entry] {
        let file = try YAMLMapping(text: text, path: path)
        try file.allow(["country", "name", "zone", "years", "days", "subdivisions"])
        let code = try file.required("country")
        let zone = try file.required("zone")
        let bounds = try file.list("years").compactMap { Int($0) }
        guard bounds.count == 2, bounds[0] <= bounds[1], (1900...2200).contains(bounds[0]), bounds[1] <= 2200 else {
            throw file.fault("years", "is not a pair of years", "write the first and the last, as [2024, 2032]")
        }
        let years = bounds[0]..<bounds[1] + 1
        let days = try dates(of: file.section("days"), in: years)
        var entries = [
            HolidayAtlas.Entry(
                code: code,
                name: try file.required("name"),
                zone: zone,
                calendar: HolidayCalendar(years: years, days: days)
            )
        ]
        guard let parts = try file.section("subdivisions") else { return entries }
        for part in parts.keys {
            guard part.hasPrefix(code + "-"), let section = try parts.section(part) else {
                throw parts.fault(part, "is not a part of \(code)", "write its ISO 3166-2 code")
            }
            try section.allow(["name", "zone", "with", "without"])
            var own = days.union(try dates(of: section.section("with"), in: years))
            for text in try section.list("without") {
                guard let day = CivilDate(iso: text), days.contains(day) else {
                    throw section.fault("without", "names a day that the country has not", "remove it")
                }
                own.remove(day)
            }
            entries.append(
                HolidayAtlas.Entry(
                    code: part,
                    name: try section.text("name") ?? part,
                    zone: try section.text("zone") ?? zone,
                    calendar: HolidayCalendar(years: years, days: own)
                )
            )
        }
        return entries
    }

    private static func dates(of section: YAMLMapping?, in years: Range<Int>) throws(PolicyFault) -> Set<CivilDate> {
        guard let section else { return [] }
        var days: Set<CivilDate> = []
        for key in section.keys {
            guard let day = CivilDate(iso: key), years.contains(day.year) else {
                throw section.fault(key, "is not a day of these years", "write it as 2026-12-25")
            }
            days.insert(day)
        }
        return days
    }
}
