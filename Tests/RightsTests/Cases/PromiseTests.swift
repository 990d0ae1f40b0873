import Foundation
import Rights
import Testing

@Suite("What the statements promise of a case's beginning and its time")
struct PromiseTests {
    @Test(
        "K2: an end user's wish, or an unknown person's, is never carried out directly, whoever hands it in",
        arguments: Right.allCases
    )
    func referral(_ right: Right) throws {
        let agent = #","agent":{"name":"A","authority":"power of attorney"}"#
        let clients = [CaseOpeningTests.acme, nil]
        for relationship in ["end_user", "unknown"] {
            for (submitter, more) in [("subject", ""), ("authorised_agent", agent)] {
                for (regulation, client) in Regulation.allCases.flatMap({ each in clients.map { (each, $0) } }) {
                    let request = try CaseOpeningTests.request(
                        right.rawValue,
                        relationship: relationship,
                        by: submitter,
                        regulation: regulation.rawValue,
                        // However sure one is of the person.
                        more + #","session_verified":true"#
                    )
                    let opening = CaseOpeningTests.opening(request, client: client)
                    #expect(opening.lane == .referral && opening.role == .processor)
                    #expect(opening.queue == .referral)
                    #expect(opening.state == (client == nil ? .needsClient : .received))
                }
            }
        }
    }

    @Test(
        "K17: an end user's opt-out is the client's to decide, under every regime",
        arguments: [Right.optOut, .limitSensitive]
    )
    func referredOptOut(_ right: Right) throws {
        let scope = right == .optOut ? #","opt_out_of":["sale","sharing"]"# : ""
        for regulation in Regulation.allCases {
            let request = try CaseOpeningTests.request(right.rawValue, regulation: regulation.rawValue, scope)
            #expect(CaseOpeningTests.opening(request).lane == .referral, "\(regulation)")
        }
    }

    @Test("K17: an opt-out the vendor itself controls is done within 15 business days, and asks nobody who they are")
    func ownOptOut() throws {
        let request = try CaseOpeningTests.request(
            "opt_out",
            relationship: "visitor",
            regulation: "ccpa",
            #","opt_out_of":["sale"]"#
        )
        let opening = CaseOpening(
            request,
            client: nil,
            policy: Policy(profile: .standard(named: "kustomer")),
            receivedAt: CaseOpeningTests.now,
            atlas: try HolidayAtlas.committed()
        )
        #expect(opening.state == .inProgress && opening.queue == .erasure)
        let respond = try #require(opening.deadlines.first { $0.rule.clock == .respond })
        #expect(respond.rule.period == Period(15, .businessDay) && respond.rule.source.contains("7026"))
        // Monday 2 March 2026; César Chávez Day is California's alone.
        #expect(respond.due.map { Place.unknown.day(of: $0).description } == "2026-03-23")
    }

    @Test(
        "G2: a request is answered within a calendar month of the person's asking, wherever that ends",
        arguments: [
            ("2026-01-28T09:00:00Z", "2026-02-28", "2026-03-02"), ("2026-01-31T09:00:00Z", "2026-02-28", "2026-03-02"),
            ("2026-02-02T09:00:00Z", "2026-03-02", "2026-03-02"), ("2026-11-24T09:00:00Z", "2026-12-24", "2026-12-24"),
            ("2026-11-25T09:00:00Z", "2026-12-25", "2026-12-28"),
        ]
    )
    func month(_ asked: String, _ lastDay: String, _ rolled: String) throws {
        let at = try #require(EventTime.parse(asked))
        func clocks(extended: Bool = false, pauses: [Pause] = []) throws -> CaseClocks {
            var facts = CaseClocks.Facts(
                lane: .own,
                state: .inProgress,
                right: .access,
                regulation: .gdpr,
                isMinor: false,
                submittedAt: at,
                instructedAt: nil,
                // It lay somewhere for two days: the month began when the person asked.
                receivedAt: at.addingTimeInterval(2 * 86_400)
            )
            facts.isExtended = extended
            facts.pauses = pauses
            let policy = Policy(profile: .standard(named: "kustomer"))
            return CaseClocks(facts, policy: policy, place: PlaceTests.berlin, atlas: try HolidayAtlas.committed())
        }
        func due(_ clocks: CaseClocks) -> CivilDate? {
            let respond = clocks.deadlines.first { $0.rule.clock == .respond }
            return respond?.due.map { PlaceTests.berlin.day(of: $0) }
        }
        let plain = try clocks()
        #expect(due(plain)?.description == rolled)
        #expect(rolled >= lastDay)
        #expect(plain.deadlines.contains { $0.rule.clock == .extensionNotice && $0.rule.source.contains("12(3)") })
        // Extended it is three months from the asking, not one and two added.
        let extended = try #require(due(try clocks(extended: true)))
        #expect(extended >= PlaceTests.berlin.day(of: at).adding(months: 3))
        #expect(extended.dayNumber - PlaceTests.berlin.day(of: at).adding(months: 3).dayNumber <= 4)
        // Waiting for identity stops it, waiting for the client does not.
        let from = at.addingTimeInterval(86_400)
        let to = at.addingTimeInterval(11 * 86_400)
        let identity = try #require(due(try clocks(pauses: [Pause(.identity, from: from, to: to)])))
        #expect(identity.dayNumber >= (due(plain)?.dayNumber ?? 0) + 7)
        #expect(due(try clocks(pauses: [Pause(.clientSilent, from: from, to: to)])) == due(plain))
    }
}
