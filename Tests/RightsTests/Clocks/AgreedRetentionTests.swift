import Foundation
import Rights
import Testing

@Suite("A retention that was agreed")
struct AgreedRetentionTests {
    static let policy = Policy(profile: .standard(named: "kustomer"))
    static let anchor = Date(timeIntervalSince1970: 1_772_442_000)  // 2026-03-02T09:00:00Z

    static func deadline(_ days: Double) throws -> (contract: Deadline, agreed: Deadline) {
        let rule = try #require(policy.clock(.endOfContract)?.rule)
        let contract = Deadline(rule, from: anchor, at: PlaceTests.berlin, atlas: HolidayAtlas())
        let agreed = AgreedRetention.deadline(
            contract,
            keptUntil: anchor.addingTimeInterval(days * 86_400),
            policy: policy,
            place: PlaceTests.berlin,
            atlas: HolidayAtlas()
        )
        return (contract, agreed)
    }

    @Test(
        "K8: data are gone a time after the agreed one in which every recipient can be reached",
        arguments: [100, 365.0]
    )
    func later(_ days: Double) throws {
        let (contract, agreed) = try Self.deadline(days)
        let fanOut = try #require(Self.policy.clock(.fanOut)?.rule)
        let until = Self.anchor.addingTimeInterval(days * 86_400)
        let reached = Deadline(fanOut, from: until, at: PlaceTests.berlin, atlas: HolidayAtlas())
        #expect(agreed.due == reached.due)
        #expect(try #require(agreed.due) > (try #require(contract.due)))
        #expect(agreed.rule.clock == .purge && agreed.rule.source.contains("K8"))
    }

    @Test("K8: an agreement never hastens the contract's own date", arguments: [-10, 0, 30.0])
    func neverEarlier(_ days: Double) throws {
        let (contract, agreed) = try Self.deadline(days)
        #expect(agreed == contract)
    }
}
