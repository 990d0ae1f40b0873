import Foundation
import Rights
import Testing

@Suite("The committed holidays")
struct HolidayAtlasTests {
    @Test("are those of the EU, the EEA, Switzerland, the United Kingdom, the United States and India")
    func countries() throws {
        let countries = try HolidayAtlas.committedEntries().map(\.code).filter { !$0.contains("-") }
        #expect(
            countries == [
                "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE",
                "IN",
                "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "US",
            ]
        )
        let atlas = try HolidayAtlas.committed()
        #expect(atlas.entry("US-CA")?.name == "California" && atlas.entry("US-CA")?.zone == "America/Los_Angeles")
    }

    @Test("name a zone that exists, Christmas Day and a few more in every year, and no day outside their years")
    func entries() throws {
        for entry in try HolidayAtlas.committedEntries() {
            #expect(TimeZone(identifier: entry.zone) != nil, "\(entry.code)")
            #expect(!entry.name.isEmpty && entry.calendar.years == 2024..<2033, "\(entry.code)")
            #expect(entry.calendar.days.allSatisfy { entry.calendar.covers($0) }, "\(entry.code)")
            for year in entry.calendar.years {
                let christmas = try #require(CivilDate(year: year, month: 12, day: 25))
                #expect(entry.calendar.days.contains(christmas), "\(entry.code) \(year)")
                #expect((4...40).contains(entry.calendar.days.count { $0.year == year }), "\(entry.code) \(year)")
            }
        }
    }

    @Test("of a part that is not known are its country's, of a country that is not known none")
    func fallback() throws {
        let atlas = try HolidayAtlas.committed()
        let germany = atlas.entry("DE")
        #expect(germany != nil && atlas.entry("DE-XX") == germany && atlas.entry("DE-BE") != germany)
        #expect(atlas.entry("BR") == nil && atlas.entry("BR-SP") == nil)
        #expect(atlas.calendar(.ofPlace, at: Place(country: "BR", zone: .gmt)) == .unknown)
        #expect(atlas.calendar(.ofPlace, at: .unknown) == .unknown)
    }

    @Test(
        "of California are those that are kept both federally and there",
        arguments: [
            ("2026-01-19", true), ("2026-02-16", true), ("2026-03-31", false), ("2026-05-25", true),
            ("2026-06-19", true),
            ("2026-07-03", false), ("2026-07-04", true), ("2026-09-07", true), ("2026-10-12", false),
            ("2026-11-11", true),
            ("2026-11-26", true), ("2026-11-27", false), ("2026-12-25", true), ("2027-01-01", true),
            ("2027-06-18", false),
            ("2027-07-05", true), ("2027-12-24", false), ("2027-12-31", false), ("2028-11-10", true),
            ("2028-10-17", false),
        ]
    )
    func california(_ text: String, _ isKept: Bool) throws {
        let calendar = try HolidayAtlas.committed().calendar(.california, at: .unknown)
        #expect(calendar.days.contains(try day(text)) == isKept)
    }

    @Test("of California are not known where either half is missing")
    func californiaUnknown() throws {
        for code in ["US", "US-CA"] {
            let half = HolidayAtlas(try HolidayAtlas.committedEntries().filter { $0.code == code })
            #expect(half.calendar(.california, at: .unknown) == .unknown)
        }
    }
}
