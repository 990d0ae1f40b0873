import Foundation
import Ledger
import Observability
import Postgres
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("What the clock takes back", .database)
struct EffectRescueTests {
    @Test("a hint that nobody claims goes back to the line and is let go again, uncounted")
    func unclaimed() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(2)
            try await fixture.targets(["t"], inFlight: 50)
            let ids = try await fixture.plan(60, of: cases, to: "t")
            #expect(Set(try await fixture.letGo()) == Set(ids))
            #expect(try await fixture.hints(limit: 100).count == 3)
            #expect(Set(try await fixture.letGo()) == Set(ids))
            #expect(try await fixture.hints(limit: 100).isEmpty)
            try await fixture.outlive()
            #expect(Set(try await fixture.letGo()) == Set(ids))
            #expect(try await fixture.hints(limit: 100).count == 3)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.effect WHERE leases + attempts > 0") == 0)
            #expect(fixture.metrics.exposition().contains(#"habeas_effects_rescued_total{from="hint"} 60"#))
        }
    }

    @Test("a lease whose holder is gone comes back with the same id, later each time; the twentieth is the last")
    func abandoned() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(1)
            try await fixture.targets(["t"])
            let ids = try await fixture.plan(1, of: cases, to: "t")
            var last: TimeInterval = 0
            for round in 1..<EffectRescue.leases {
                let lease = try await fixture.take(try await fixture.letGo())
                #expect(lease.map(\.effect.id) == ids)
                try await fixture.outlive()
                let before = Date()
                _ = try await fixture.release.once()
                let effect = try await fixture.effect(ids[0])
                #expect(effect.state == .retrying && effect.attempts == 0 && effect.leases == round)
                #expect(effect.outcome == "lost" && effect.cause == "lease_ended")
                let pause = try #require(effect.nextAttemptAt).timeIntervalSince(before)
                #expect(pause > last - 0.5 && pause > 0.5 && pause < 15)
                last = min(pause, 10)
                try await fixture.hurry()
            }
            #expect(try await fixture.facts(cases[0]) == ["case.opened"])
            _ = try await fixture.take(try await fixture.letGo())
            try await fixture.outlive()
            _ = try await fixture.release.once()
            let effect = try await fixture.effect(ids[0])
            #expect(effect.state == .parked && effect.endedAt != nil)
            #expect(try await fixture.facts(cases[0]) == ["case.opened", "effect.parked"])
            #expect(
                try await fixture.text(
                    "SELECT convert_from(body, 'UTF8') FROM habeas.outbox WHERE routing_key = 'habeas.referral'"
                ) == [#"{"v":1,"ids":["\#(cases[0].uuidString.lowercased())"]}"#]
            )
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.effect_attempt WHERE outcome = 'lost' AND may_have_acted"
                )
                    == EffectRescue.leases
            )
            #expect(try await fixture.brokenChains() == [])

            // A person lets it go again: it has as many leases anew.
            _ = try await fixture.operators.withConnection {
                try await $0.query(
                    "UPDATE habeas.effect SET state = 'retrying', next_attempt_at = now(), ended_at = NULL WHERE state = 'parked'"
                )
            }
            _ = try await fixture.take(try await fixture.letGo())
            try await fixture.outlive()
            _ = try await fixture.release.once()
            #expect(try await fixture.effect(ids[0]).state == .retrying)
        }
    }

    @Test("leaves an effect to be parked until it gets its case's lock")
    func busyCase() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(2)
            try await fixture.targets(["t"])
            try await fixture.plan(2, of: cases, to: "t")
            _ = try await fixture.take(try await fixture.letGo())
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.effect SET leases = \(Int32(EffectRescue.leases))")
            }
            try await fixture.outlive()
            try await fixture.owner.withConnection { connection in
                try await connection.transaction { connection in
                    _ = try await connection.query(CaseFileRecord.locking(ids: [cases[0]]))
                    _ = try await fixture.release.once()
                }
            }
            #expect(try await fixture.states() == ["leased": 1, "parked": 1])
            _ = try await fixture.release.once()
            #expect(try await fixture.states() == ["parked": 2])
            for id in cases { #expect(try await fixture.facts(id) == ["case.opened", "effect.parked"]) }
        }
    }

    @Test("six clocks at once take nothing twice")
    func clocks() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(20)
            let names = (0..<20).map { "t\($0)" }
            try await fixture.targets(names, inFlight: 60)
            for name in names { try await fixture.plan(60, of: cases, to: name) }
            let pool = PostgresPool(configuration: fixture.clock.configuration, size: 6, logger: EffectFixture.quiet)
            let clocks = (0..<6).map { _ in
                EffectRelease(
                    pool: pool,
                    dispatcher: fixture.dispatcher,
                    targets: 3,
                    rows: 70,
                    metrics: fixture.metrics,
                    logger: EffectFixture.quiet
                )
            }
            func rounds() async throws {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for clock in clocks { group.addTask { while try await clock.once() {} } }
                    try await group.waitForAll()
                }
            }
            func hinted() async throws -> [UUID] {
                try await fixture.hints(limit: 10_000).flatMap { WakeUpMessage.ids(of: $0) ?? [] }
            }
            try await rounds()
            // One that found a target locked left it to the other.
            try await fixture.letGo()
            var ids = try await hinted()
            #expect(ids.count == 1_200 && Set(ids).count == 1_200)
            let leases = try await fixture.take(ids)
            #expect(leases.count == 1_200)
            try await fixture.outlive()
            try await rounds()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.effect_attempt") == 1_200)
            try await fixture.hurry()
            try await rounds()
            try await fixture.letGo()
            ids = try await hinted()
            #expect(ids.count == 1_200 && Set(ids).count == 1_200)
            await pool.shutdown()
        }
    }

    @Test("lets effects go at a target behind hundreds that have no room")
    func behind() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(5)
            let hanging = (0..<30).map { "a\($0)" }
            try await fixture.targets(hanging, inFlight: 1)
            try await fixture.targets(["z"])
            for name in hanging { try await fixture.plan(3, of: cases, to: name) }
            let clock = EffectRelease(
                pool: fixture.clock,
                dispatcher: fixture.dispatcher,
                targets: 4,
                metrics: fixture.metrics,
                logger: EffectFixture.quiet
            )
            _ = try await clock.once()
            #expect(try await fixture.take(try await fixture.letGo()).count == 30)
            _ = try await clock.once()
            let late = try await fixture.plan(1, of: cases, to: "z")
            _ = try await clock.once()
            #expect(try await fixture.effect(late[0]).state == .released)
        }
    }
}
