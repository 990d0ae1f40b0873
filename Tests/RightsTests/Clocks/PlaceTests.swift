import Foundation
import Rights
import Testing

@Suite("A day at a place")
struct PlaceTests {
    static let berlin = Place(country: "DE", zone: TimeZone(identifier: "Europe/Berlin") ?? .gmt)
    static let angeles = Place(country: "US-CA", zone: TimeZone(identifier: "America/Los_Angeles") ?? .gmt)
    static let kolkata = Place(country: "IN", zone: TimeZone(identifier: "Asia/Kolkata") ?? .gmt)
    static let places = [
        berlin, angeles, kolkata, Place.unknown,
        place("NZ", "Pacific/Auckland"), havana, beirut, cairo, nuuk, place("PT-20", "Atlantic/Azores"),
        place("AU", "Australia/Lord_Howe"), place("MA", "Africa/Casablanca"), place("CL", "America/Santiago"),
    ]
    static let havana = place("CU", "America/Havana")
    static let beirut = place("LB", "Asia/Beirut")
    static let cairo = place("EG", "Africa/Cairo")
    static let nuuk = place("GL", "America/Nuuk")

    static func place(_ country: String, _ zone: String) -> Place {
        guard let zone = TimeZone(identifier: zone) else { preconditionFailure("There is no zone \(zone)") }
        return Place(country: country, zone: zone)
    }

    @Test("ends one second before the next one begins, on every day of ten years", arguments: places)
    func ends(_ place: Place) throws {
        var date = try day("2020-01-01")
        while date.year < 2030 {
            let end = place.end(of: date)
            #expect(place.day(of: end) == date)
            #expect(place.day(of: end.addingTimeInterval(1)) == date.adding(days: 1))
            date = date.adding(days: 1)
        }
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let place: Place
        let date: String
        let end: String
        var testDescription: String { "\(date) in \(place.zone.identifier)" }
    }

    static let changes: [Change] = [
        Change(place: berlin, date: "2026-03-28", end: "2026-03-28T22:59:59Z"),
        Change(place: berlin, date: "2026-03-29", end: "2026-03-29T21:59:59Z"),
        Change(place: berlin, date: "2026-10-24", end: "2026-10-24T21:59:59Z"),
        Change(place: berlin, date: "2026-10-25", end: "2026-10-25T22:59:59Z"),
        Change(place: angeles, date: "2026-03-07", end: "2026-03-08T07:59:59Z"),
        Change(place: angeles, date: "2026-03-08", end: "2026-03-09T06:59:59Z"),
        Change(place: angeles, date: "2026-10-31", end: "2026-11-01T06:59:59Z"),
        Change(place: angeles, date: "2026-11-01", end: "2026-11-02T07:59:59Z"),
        Change(place: kolkata, date: "2026-06-01", end: "2026-06-01T18:29:59Z"),
        // Midnight is left out: the day before ends as ever.
        Change(place: havana, date: "2026-03-07", end: "2026-03-08T04:59:59Z"),
        Change(place: havana, date: "2026-03-08", end: "2026-03-09T03:59:59Z"),
        // The hour after midnight comes twice: the day before ends before the first one.
        Change(place: havana, date: "2026-10-31", end: "2026-11-01T03:59:59Z"),
        Change(place: havana, date: "2026-11-01", end: "2026-11-02T04:59:59Z"),
        // The hour before midnight comes twice: the day ends with the second one.
        Change(place: beirut, date: "2026-10-24", end: "2026-10-24T21:59:59Z"),
        Change(place: cairo, date: "2026-10-29", end: "2026-10-29T21:59:59Z"),
        Change(place: nuuk, date: "2026-10-24", end: "2026-10-25T01:59:59Z"),
        // The hour before midnight is left out: the day ends where it would begin.
        Change(place: nuuk, date: "2026-03-28", end: "2026-03-29T00:59:59Z"),
    ]

    @Test("ends at 23:59:59 there, on both sides of a change of the clocks", arguments: changes)
    func change(_ change: Change) throws {
        #expect(change.place.end(of: try day(change.date)) == (try instant(change.end)))
    }

    @Test("begins at its own midnight, not at UTC's")
    func dayOf() throws {
        #expect(PlaceTests.berlin.day(of: try instant("2026-06-30T22:30:00Z")) == (try day("2026-07-01")))
        #expect(PlaceTests.angeles.day(of: try instant("2026-07-01T06:30:00Z")) == (try day("2026-06-30")))
        #expect(Place.unknown.day(of: Date(timeIntervalSince1970: -1)) == (try day("1969-12-31")))
    }
}
