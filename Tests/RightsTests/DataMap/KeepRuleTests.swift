import Foundation
import Rights
import Testing

@Suite("What a system keeps for a time")
struct KeepRuleTests {
    static let now = CaseOpeningTests.now

    static func rule(
        _ basis: RetentionException.Basis = .law("HGB § 257"),
        until: KeepRule.Until = .after(Period(1, .calendarMonth)),
        whose relationships: Set<Relationship> = [],
        clients: Set<String> = []
    ) -> KeepRule {
        KeepRule(
            category: "invoices",
            reason: .legalDuty,
            basis: basis,
            until: until,
            relationships: relationships,
            clients: clients
        )
    }

    @Test(
        "K11: is about whom it names, and of who may be anybody keeps what a law keeps of anybody",
        arguments: [
            ([], Relationship.endUser, true), ([], .unknown, true), ([.clientUser], .clientUser, true),
            ([.clientUser], .endUser, false), ([.clientUser], .unknown, true), ([.endUser], .unknown, true),
            ([.visitor], .endUser, false),
        ] as [([Relationship], Relationship, Bool)]
    )
    func whose(_ named: [Relationship], _ person: Relationship, _ isAbout: Bool) {
        #expect(Self.rule(whose: Set(named)).concerns(person, client: "acme") == isAbout)
        #expect(!Self.rule(whose: Set(named), clients: ["globex"]).concerns(person, client: "acme"))
        #expect(!Self.rule(whose: Set(named), clients: ["globex"]).concerns(person, client: nil))
    }

    @Test("K11: of who may be anybody the vendor keeps nothing for itself")
    func anybody() {
        #expect(!Self.rule(.ownClaim("terms § 9"), whose: [.clientUser]).concerns(.unknown, client: "acme"))
        #expect(Self.rule(.clientInstruction("T-1"), whose: [.clientUser]).concerns(.unknown, client: "acme"))
    }

    @Test(
        "K11: of a client that goes as a whole, the strictest of those it is about counts",
        arguments: [
            ([], Relationship.endUser), ([.clientUser, .endUser], .endUser), ([.clientUser, .visitor], .clientUser),
            ([.visitor], .visitor),
        ] as [([Relationship], Relationship)]
    )
    func strictest(_ named: [Relationship], _ counts: Relationship) {
        #expect(Self.rule(whose: Set(named)).strictest == counts)
    }

    @Test("K11: ends with a day of the controller's place, counted from when the request came in")
    func ends() throws {
        let berlin = Place(country: "DE", zone: try #require(TimeZone(identifier: "Europe/Berlin")))
        func end(_ until: KeepRule.Until, receivedAt: String, at now: String) throws -> String? {
            let exception = try Self.rule(until: until).exception(
                of: .clientUser,
                receivedAt: try #require(EventTime.parse(receivedAt)),
                at: try #require(EventTime.parse(now)),
                place: berlin
            )
            return exception.map { EventTime.text($0.until) }
        }
        let received = "2026-01-31T23:30:00Z"  // The first of February in Berlin.
        let month = KeepRule.Until.after(Period(1, .calendarMonth))
        #expect(try end(month, receivedAt: received, at: received)?.hasPrefix("2026-03-01T22:59:59") == true)
        let days = KeepRule.Until.after(Period(10, .calendarDay))
        #expect(try end(days, receivedAt: received, at: received)?.hasPrefix("2026-02-11T22:59:59") == true)
        let day = KeepRule.Until.day(try #require(CivilDate(iso: "2026-07-01")))
        #expect(try end(day, receivedAt: received, at: received)?.hasPrefix("2026-07-01T21:59:59") == true)
        // What has ended is no exception any more, and no fault.
        #expect(try end(days, receivedAt: received, at: "2026-02-12T00:00:00Z") == nil)
        #expect(
            try end(.after(Period(2, .hour)), receivedAt: received, at: received)?.hasPrefix("2026-02-01T01:30:00")
                == true
        )
    }

    @Test("K11: the vendor's own claim holds for no end user")
    func claims() throws {
        let claim = Self.rule(.ownClaim("terms § 9"))
        #expect(throws: RetentionException.Fault.self) {
            try claim.exception(of: .endUser, receivedAt: Self.now, at: Self.now, place: .unknown)
        }
        #expect(try claim.exception(of: .clientUser, receivedAt: Self.now, at: Self.now, place: .unknown) != nil)
    }
}
