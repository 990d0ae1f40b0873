import Foundation
import Rights
import Testing

@Suite("The clocks of a request")
struct CaseClocksTests {
    static let asked = Date(timeIntervalSince1970: 1_767_607_200)  // Monday 2026-01-05T10:00:00Z

    static func facts(
        _ lane: Lane,
        _ state: CaseState = .inProgress,
        _ right: Right = .access,
        under regulation: Regulation = .gdpr,
        isMinor: Bool = false
    ) -> CaseClocks.Facts {
        CaseClocks.Facts(
            lane: lane,
            state: state,
            right: right,
            regulation: regulation,
            isMinor: isMinor,
            submittedAt: asked,
            instructedAt: lane == .fulfilment ? asked.addingTimeInterval(86_400) : nil,
            receivedAt: asked.addingTimeInterval(2 * 86_400)
        )
    }

    static func setting(_ period: Period, pausesAs regulation: Regulation? = nil) -> Profile.Setting {
        Profile.Setting(period: period, clause: "clause", sentence: "A promise.", pausesAs: regulation)
    }

    static func policy(
        _ statement: [ClockKey: Profile.Setting] = [:],
        agreement: [ClockKey: Profile.Setting]? = nil
    ) -> Policy {
        var profile = Profile.standard(named: "vendor")
        profile.clocks = statement
        return Policy(profile: profile, agreement: agreement.map { Agreement(name: "DPA", clocks: $0) })
    }

    static func clocks(_ facts: CaseClocks.Facts, _ policy: Policy = policy()) throws -> CaseClocks {
        CaseClocks(facts, policy: policy, place: PlaceTests.berlin, atlas: try HolidayAtlas.committed())
    }

    private func last(_ deadline: Deadline?) -> String? {
        deadline?.due.map { PlaceTests.berlin.day(of: $0).description }
    }

    @Test("K1: of promise and statute the earlier binds, and both are told, the earlier first")
    func earliest() throws {
        // The month ends on 5 February, thirty calendar days on the 4th, sixty on 6 March.
        for (days, binding, due) in [(30, "vendor.respond", "2026-02-04"), (60, "gdpr.respond", "2026-02-05")] {
            let clocks = try Self.clocks(
                Self.facts(.own),
                Self.policy([.respond: Self.setting(Period(days, .calendarDay))])
            )
            let responding = clocks.entries.filter { $0.clock == .respond }
            #expect(responding.count == 2 && Set(responding.map(\.layer)) == [.law, .profile])
            #expect(responding.first?.deadline.rule.id == binding && responding.first?.binds == true)
            #expect(responding.last?.binds == false)
            let kept = clocks.deadlines.filter { $0.rule.clock == .respond }
            #expect(kept.map(\.rule.id) == [binding] && last(kept.first) == due)
        }
    }

    @Test("K1: the agreement wins over the statement, the statement over the default, and none over the law")
    func layers() throws {
        let standard = try Self.clocks(Self.facts(.referral, .received))
        let statement = Self.policy([.refer: Self.setting(Period(2, .hour))])
        let both = Self.policy(
            [.refer: Self.setting(Period(2, .hour))],
            agreement: [.refer: Self.setting(Period(4, .hour))]
        )
        for (clocks, layer, hours) in [
            (standard, Policy.Layer.standard, 1.0),
            (try Self.clocks(Self.facts(.referral, .received), statement), .profile, 2),
            (try Self.clocks(Self.facts(.referral, .received), both), .agreement, 4),
        ] {
            let refer = try #require(clocks.entries.first { $0.clock == .refer })
            #expect(refer.layer == layer)
            #expect(refer.deadline.due == Self.asked.addingTimeInterval(2 * 86_400 + hours * 3_600))
        }
        // However long a period was agreed, the statute's clock is there and binds.
        let long = Self.policy(agreement: [.respond: Self.setting(Period(400, .calendarDay))])
        #expect(try Self.clocks(Self.facts(.own), long).deadlines.contains { $0.rule.id == "gdpr.respond" })
    }

    @Test(
        "K1: what binds is the earliest of its kind, one of each kind, and the list is in order",
        arguments: Lane.allCases
    )
    func order(_ lane: Lane) throws {
        let policy = Self.policy([
            .respond: Self.setting(Period(20, .businessDay)), .assist: Self.setting(Period(10, .calendarDay)),
        ])
        for state in CaseState.allCases where !state.isFinal {
            for regulation in Regulation.allCases {
                let clocks = try Self.clocks(
                    Self.facts(lane, state, .erasure, under: regulation, isMinor: true),
                    policy
                )
                let dates = clocks.entries.map { $0.deadline.due ?? .distantFuture }
                #expect(dates == dates.sorted())
                #expect(Set(clocks.deadlines.map(\.rule.clock)).count == clocks.deadlines.count)
                for entry in clocks.entries {
                    let kept = try #require(clocks.deadlines.first { $0.rule.clock == entry.clock })
                    #expect(kept.due ?? .distantFuture <= entry.deadline.due ?? .distantFuture)
                }
            }
        }
    }

    @Test("Y1: of the vendor's own case the extension's notice has a clock, until the person was told")
    func notice() throws {
        var facts = Self.facts(.own)
        let notice = try Self.clocks(facts).deadlines.first { $0.rule.clock == .extensionNotice }
        #expect(notice?.rule.id == "gdpr.respond_notice" && last(notice) == "2026-02-05")
        facts.isExtended = true
        let told = try Self.clocks(facts)
        #expect(!told.deadlines.contains { $0.rule.clock == .extensionNotice })
        #expect(last(told.deadlines.first { $0.rule.clock == .respond }) == "2026-04-07")
        #expect(
            !(try Self.clocks(Self.facts(.referral, .received)).deadlines.contains { $0.rule.clock == .extensionNotice })
        )
        #expect(
            !(try Self.clocks(Self.facts(.own, under: .fadp)).deadlines.contains { $0.rule.clock == .extensionNotice })
        )
    }

    @Test("Y1: the notice's limit stands while the GDPR's month stands still, for the month of the notice runs on")
    func noticeWhilePaused() throws {
        var facts = Self.facts(.own)
        facts.pauses = [Pause(.identity, from: Self.asked.addingTimeInterval(86_400), to: nil)]
        let clocks = try Self.clocks(facts)
        #expect(clocks.deadlines.first { $0.rule.clock == .respond }?.due == nil)
        #expect(last(clocks.deadlines.first { $0.rule.clock == .extensionNotice }) == "2026-02-05")
        #expect(clocks.entries.last?.clock == .respond, "what stands still comes last")
    }

    @Test("C2: the promise stands still with the GDPR's month where it says so, and runs on where it does not")
    func promisePauses() throws {
        var facts = Self.facts(.own)
        facts.pauses = [
            Pause(.identity, from: Self.asked.addingTimeInterval(86_400), to: Self.asked.addingTimeInterval(8 * 86_400))
        ]
        for (regulation, due) in [(Regulation?.some(.gdpr), "2026-01-26"), (nil, "2026-01-19")] {
            let policy = Self.policy([.respond: Self.setting(Period(10, .businessDay), pausesAs: regulation)])
            #expect(last(try Self.clocks(facts, policy).deadlines.first { $0.rule.clock == .respond }) == due)
        }
    }

    @Test("CCPA, C6, K7: the other clocks belong to their lanes")
    func lanes() throws {
        func ids(_ facts: CaseClocks.Facts) throws -> Set<String> {
            Set(try Self.clocks(facts).deadlines.map(\.rule.id))
        }
        #expect(
            try ids(Self.facts(.own, .inProgress, .optOut, under: .ccpa)) == ["ccpa.opt_out", "ccpa.confirm_receipt"]
        )
        #expect(
            try ids(Self.facts(.referral, .received, .optOut, under: .ccpa))
                == ["ccpa.opt_out", "default.refer", "default.assist"]
        )
        #expect(
            try ids(Self.facts(.own, .received, .erasure, under: .fadp, isMinor: true))
                == ["fadp.respond", "default.minor_erasure"]
        )
        #expect(
            try ids(Self.facts(.referral, .received, .erasure, under: .fadp, isMinor: true))
                == ["fadp.respond", "default.refer_minor", "default.assist"]
        )
        #expect(
            try ids(Self.facts(.fulfilment, .inProgress, .erasure, under: .fadp))
                == ["fadp.respond", "default.instructed_erasure", "default.assist"]
        )
        #expect(try ids(Self.facts(.fulfilment)) == ["gdpr.respond", "default.assist"])
    }

    @Test(
        "N5: a regime that becomes known has every clock that held before, and its own beside",
        arguments: Regulation.allCases
    )
    func regimes(_ regulation: Regulation) throws {
        for lane in Lane.allCases {
            for right in Right.allCases {
                func kinds(_ regulation: Regulation) throws -> Set<ClockRule.Clock> {
                    Set(
                        try Self.clocks(Self.facts(lane, .received, right, under: regulation, isMinor: true)).deadlines
                            .map(\.rule.clock)
                    )
                }
                let added = try kinds(regulation).subtracting(try kinds(.other))
                #expect(try kinds(.other).isSubset(of: try kinds(regulation)))
                #expect(added.isSubset(of: lane == .own ? [.extensionNotice, .confirmReceipt] : []))
            }
        }
    }

    @Test("K4, Y6: what waits for somebody lapses", arguments: [CaseState.needsClient, .needsIdentity, .needsFee])
    func lapse(_ state: CaseState) throws {
        let lane: Lane = state == .needsClient ? .referral : .own
        let clocks = try Self.clocks(Self.facts(lane, state))
        #expect(last(clocks.deadlines.first { $0.rule.clock == .lapse }) == "2026-02-06")
        #expect(!(try Self.clocks(Self.facts(lane, .inProgress)).deadlines.contains { $0.rule.clock == .lapse }))
    }

    @Test("K7: ninety days run from the instruction, the person's month from the person's own asking")
    func instructed() throws {
        let deadlines = try Self.clocks(Self.facts(.fulfilment, .received, .erasure)).deadlines
        #expect(last(deadlines.first { $0.rule.clock == .purge }) == "2026-04-06")
        #expect(last(deadlines.first { $0.rule.clock == .respond }) == "2026-02-05")
        // Five working days before Thursday 5 February.
        #expect(last(deadlines.first { $0.rule.clock == .assist }) == "2026-01-29")
    }
}
