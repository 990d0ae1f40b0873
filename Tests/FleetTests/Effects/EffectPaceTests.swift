import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing
import Threads

@testable import Fleet

@Suite("The pace of effects", .database)
struct EffectPaceTests {
    /// Claims, performs without a call and enters two thousand effects, in batches as workers do, over so many hands.
    func carry(_ fixture: EffectFixture, hands: Int) async throws -> Duration {
        let began = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<hands {
                group.addTask {
                    while true {
                        let hints = try await fixture.hints(limit: 8)
                        let leases = try await fixture.take(hints.flatMap { WakeUpMessage.ids(of: $0) ?? [] })
                        if leases.isEmpty {
                            if try await fixture.states()["done"] == 2_000 { return }
                            if hints.isEmpty { try await fixture.letGo() }
                        } else {
                            try await fixture.enter(.done(), of: leases)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        return began.duration(to: .now)
    }

    @Test(
        "two thousand effects go their whole way in less than twenty seconds, on many targets and on one that is shared",
        arguments: [true, false]
    )
    func whole(shared: Bool) async throws {
        try await EffectFixture.with(clients: 20) { fixture in
            let names = shared ? ["mail-room"] : (0..<200).map { "t\($0)" }
            try await fixture.targets(names, inFlight: shared ? 200 : 4, shared: shared)
            for client in 0..<20 {
                let cases = try await fixture.cases(10, client: shared ? client : 0)
                for part in 0..<10 {
                    let target = shared ? names[0] : names[(client * 10 + part) % 200]
                    try await fixture.plan(10, of: cases, to: target, client: shared ? client : 0)
                }
            }
            try await fixture.letGo()
            let time = try await carry(fixture, hands: 2)
            #expect(time < .seconds(20))
            #expect(try await fixture.states() == ["done": 2_000])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.effect WHERE attempts <> 1") == 0)
        }
    }
}
