import Foundation
import Rights
import Testing

@Suite("The outcome for the client")
struct AssistTests {
    static let place = PlaceTests.berlin

    private func respond(_ anchor: String, _ holidays: HolidayCalendar = PeriodTests.holidays) throws -> Deadline {
        Deadline(.respond(under: .gdpr, right: .access), from: try instant(anchor), at: Self.place, holidays: holidays)
    }

    @Test("is due five working days before the client's own date, holidays left out")
    func fiveDays() throws {
        // Respond on Tuesday 7 April; before it lie Easter Monday, Good Friday and a weekend.
        let respond = try respond("2026-03-03T10:00:00Z")
        let assist = Deadline.assist(
            before: respond,
            receivedAt: try instant("2026-03-03T10:00:00Z"),
            at: Self.place,
            holidays: PeriodTests.holidays
        )
        #expect(Self.place.day(of: respond.due) == (try day("2026-04-07")))
        #expect(assist.due == Self.place.end(of: try day("2026-03-27")))
        #expect(assist.rule.id == "profile.assist" && assist.rule.clock == .assist && !assist.isProvisional)
        #expect(assist.anchor == respond.anchor)
    }

    @Test("is due at half of the time left where five days before would be past")
    func half() throws {
        let respond = try respond("2026-02-16T10:00:00Z")
        let now = respond.due.addingTimeInterval(-2 * 86_400)
        let assist = Deadline.assist(before: respond, receivedAt: now, at: Self.place, holidays: PeriodTests.holidays)
        #expect(assist.due == now.addingTimeInterval(86_400))
    }

    @Test("is due at once where the client's own date is past already")
    func overdue() throws {
        let respond = try respond("2026-01-05T10:00:00Z")
        let now = respond.due.addingTimeInterval(3_600)
        #expect(
            Deadline.assist(before: respond, receivedAt: now, at: Self.place, holidays: PeriodTests.holidays).due == now
        )
    }

    @Test("is provisional where holidays are not known, and then no earlier working day is missed")
    func provisional() throws {
        let respond = try respond("2026-03-03T10:00:00Z", .unknown)
        let assist = Deadline.assist(
            before: respond,
            receivedAt: try instant("2026-03-03T10:00:00Z"),
            at: Self.place,
            holidays: .unknown
        )
        #expect(assist.isProvisional && assist.due < respond.due)
    }

    @Test("never comes after the client's own date nor before its own receipt, whenever the request came")
    func property() throws {
        let respond = try respond("2026-03-03T10:00:00Z")
        for hour in 0..<900 {
            let now = respond.anchor.addingTimeInterval(Double(hour) * 3_600)
            let assist = Deadline.assist(
                before: respond,
                receivedAt: now,
                at: Self.place,
                holidays: PeriodTests.holidays
            )
            #expect(assist.due >= now)
            #expect(assist.due <= max(respond.due, now))
        }
    }
}
