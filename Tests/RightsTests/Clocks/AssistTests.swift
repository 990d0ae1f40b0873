import Foundation
import Rights
import Testing

@Suite("The outcome for the client")
struct AssistTests {
    static let place = PlaceTests.berlin
    /// Germany with the few holidays that the rows of ``PeriodTests`` need.
    static let atlas = HolidayAtlas([
        .init(code: "DE", name: "Germany", zone: "Europe/Berlin", calendar: PeriodTests.holidays)
    ])

    private func respond(_ anchor: String, _ atlas: HolidayAtlas = atlas) throws -> ClockReading {
        ClockRule.gdpr.read(from: try instant(anchor), at: Self.place, atlas: atlas)
    }

    private func assist(_ anchor: String, _ atlas: HolidayAtlas = atlas) throws -> Deadline {
        .assist(before: try respond(anchor, atlas), receivedAt: try instant(anchor), at: Self.place, atlas: atlas)
    }

    @Test("is due five working days before the client's own date, holidays left out")
    func fiveDays() throws {
        // Respond on Tuesday 7 April; before it lie Easter Monday, Good Friday and a weekend.
        let respond = try respond("2026-03-03T10:00:00Z")
        let assist = try assist("2026-03-03T10:00:00Z")
        #expect(respond.due.map(Self.place.day) == (try day("2026-04-07")))
        #expect(assist.due == Self.place.end(of: try day("2026-03-27")))
        #expect(assist.rule.id == "default.assist" && assist.rule.clock == .assist && !assist.isProvisional)
        #expect(assist.anchor == respond.anchor)
    }

    @Test("is due at half of the time left where five days before would be past")
    func half() throws {
        let respond = try respond("2026-02-16T10:00:00Z")
        let now = try #require(respond.due).addingTimeInterval(-2 * 86_400)
        let assist = Deadline.assist(before: respond, receivedAt: now, at: Self.place, atlas: Self.atlas)
        #expect(assist.due == now.addingTimeInterval(86_400))
    }

    @Test("is due at once where the client's own date is past already")
    func overdue() throws {
        let respond = try respond("2026-01-05T10:00:00Z")
        let now = try #require(respond.due).addingTimeInterval(3_600)
        #expect(Deadline.assist(before: respond, receivedAt: now, at: Self.place, atlas: Self.atlas).due == now)
    }

    @Test("has no date while the client's own clock stands still")
    func paused() throws {
        let asked = try instant("2026-03-03T10:00:00Z")
        let respond = ClockRule.gdpr.read(
            from: asked,
            at: Self.place,
            atlas: Self.atlas,
            pauses: [Pause(.identity, from: asked, to: nil)]
        )
        let assist = Deadline.assist(before: respond, receivedAt: asked, at: Self.place, atlas: Self.atlas)
        #expect(assist.due == nil && assist.warnAt == nil && assist.nextAt == nil)
    }

    @Test("is ten weekdays before where holidays are not known, also where the client's own date is provisional for it")
    func provisional() throws {
        // Unrolled, respond is due on Friday 3 April; ten weekdays before is Friday 20 March.
        let unknown = HolidayAtlas()
        let respond = try respond("2026-03-03T10:00:00Z", unknown)
        let assist = try assist("2026-03-03T10:00:00Z", unknown)
        #expect(try respond.isProvisional && respond.due.map(Self.place.day) == day("2026-04-03"))
        #expect(try assist.isProvisional && assist.due.map(Self.place.day) == day("2026-03-20"))
    }

    @Test("is ten weekdays before where only the client's own date needs no holidays")
    func notRolling() throws {
        // FADP: 30 days, Saturday 4 April; ten weekdays before is Monday 23 March.
        let anchor = try instant("2026-03-05T10:00:00Z")
        let respond = ClockRule.fadp.read(from: anchor, at: .unknown, atlas: HolidayAtlas())
        let assist = Deadline.assist(before: respond, receivedAt: anchor, at: .unknown, atlas: HolidayAtlas())
        #expect(!respond.isProvisional && assist.isProvisional)
        #expect(assist.due.map(Place.unknown.day) == (try day("2026-03-23")))
    }

    @Test("never comes after the client's own date nor before its own receipt, whenever the request came")
    func property() throws {
        let respond = try respond("2026-03-03T10:00:00Z")
        let end = try #require(respond.due)
        for hour in 0..<900 {
            let now = respond.anchor.addingTimeInterval(Double(hour) * 3_600)
            let due = Deadline.assist(before: respond, receivedAt: now, at: Self.place, atlas: Self.atlas).due
            #expect(try #require(due) >= now)
            #expect(try #require(due) <= max(end, now))
        }
    }
}
