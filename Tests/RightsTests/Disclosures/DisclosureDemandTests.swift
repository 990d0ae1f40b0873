import Foundation
import Testing

@testable import Rights

@Suite("What an authority demands")
struct DisclosureDemandTests {
    static let now = CaseOpeningTests.now

    struct Wrong: Sendable, CustomTestStringConvertible {
        let field: String
        let change: @Sendable (inout DisclosureDemand) -> Void
        var testDescription: String { field }
    }

    static let wrong: [Wrong] = [
        Wrong(field: "authority") { $0.authority = " " }, Wrong(field: "law") { $0.law = "a\nb" },
        Wrong(field: "article") { $0.article = "" },
        Wrong(field: "reference") { $0.reference = String(repeating: "x", count: 501) },
        Wrong(field: "reviewer") { $0.reviewer = "" }, Wrong(field: "delivery") { $0.delivery = "" },
        Wrong(field: "country") { $0.country = "de" }, Wrong(field: "country") { $0.country = "Germany" },
        Wrong(field: "received_at") { $0.demandedAt = now.addingTimeInterval(60) },
        Wrong(field: "due_at") { $0.dueAt = $0.demandedAt },
        Wrong(field: "client_term") { $0.term = Period(3, .calendarMonth) },
        Wrong(field: "prohibition.reason") { $0.prohibition = .init(reason: "", until: nil) },
        Wrong(field: "prohibition.until") { $0.prohibition = .init(reason: "x", until: now) },
    ]

    @Test(
        "K23: what it does not say, or cannot say, is refused with its field, the fault and a remedy",
        arguments: wrong
    )
    func refused(_ wrong: Wrong) {
        let fault = #expect(throws: DisclosureFault.self) {
            try DisclosureDemand.sample(wrong.change).check(at: Self.now)
        }
        #expect(fault?.field == wrong.field)
        #expect(fault?.fault.isEmpty == false && fault?.remedy.isEmpty == false)
    }

    @Test("K23: one that is whole is taken, with a prohibition that has no end and one that has")
    func taken() throws {
        try DisclosureDemand.sample().check(at: Self.now)
        for until in [nil, Self.now.addingTimeInterval(86_400)] {
            try DisclosureDemand.sample { $0.prohibition = .init(reason: "§ 95a StPO", until: until) }.check(
                at: Self.now
            )
        }
    }

    @Test("K23, C8: it opens a case of its own, whose clocks are the authority's date and two people's approval")
    func opening() throws {
        let demand = DisclosureDemand.sample {
            $0.prohibition = .init(reason: "x", until: Self.now.addingTimeInterval(40 * 86_400))
        }
        var client = Client.sample()
        for isSuspended in [false, true] {
            client = Client(
                id: client.id,
                names: [],
                place: client.place,
                isSuspended: isSuspended,
                hasBAA: false
            )
            let opening = CaseOpening(
                demand,
                client: client,
                policy: Policy(profile: .standard(named: "kustomer"), agreement: nil),
                receivedAt: Self.now,
                atlas: HolidayAtlas()
            )
            #expect(opening.kind == .disclosure && opening.lane == .disclosure && opening.state == .received)
            // It waits for two people and for nothing that its client does or has signed.
            #expect(opening.reviews == [.disclosure] && opening.queue == .referral && opening.right == nil)
            let clocks = Dictionary(uniqueKeysWithValues: opening.deadlines.map { ($0.rule.clock, $0) })
            #expect(Set(clocks.keys) == [.disclosure, .tellClient, .review, .approval])
            #expect(clocks[.disclosure]?.due == demand.dueAt && clocks[.disclosure]?.warnAt != nil)
            #expect(clocks[.disclosure]?.rule.source == "StPO, § 95 (K23, C8)")
            #expect(clocks[.tellClient]?.due == demand.prohibition?.until && clocks[.tellClient]?.warnAt == nil)
        }
    }

    @Test("K23: a client has its time to object, and never so much that nothing is left for collecting")
    func term() {
        let place = Place(country: "DE", zone: .gmt)
        func end(_ term: Period, due days: Double) -> TimeInterval? {
            Deadline.clientTerm(
                term,
                from: Self.now,
                before: Self.now.addingTimeInterval(days * 86_400),
                at: place,
                atlas: HolidayAtlas()
            ).due?.timeIntervalSince(Self.now)
        }
        #expect(end(Period(10, .hour), due: 14) == 36_000)
        // A day before the authority's date; of less than two days half; never before the client knew.
        #expect(end(Period(30, .calendarDay), due: 14) == 1_123_200)
        #expect(end(Period(30, .calendarDay), due: 1) == 43_200)
        #expect(end(Period(3, .businessDay), due: -2) == 0)
        #expect((end(Period(3, .businessDay), due: 30) ?? 0) > 2 * 86_400)
    }
}
