import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("Leases of effects and their tokens", .database)
struct EffectFencingTests {
    /// One effect, whose first lease ended under its worker and whose second is another's.
    func succeeded(_ fixture: EffectFixture) async throws -> (caseID: UUID, first: EffectLease, second: EffectLease) {
        let cases = try await fixture.cases(1)
        try await fixture.targets(["t"])
        try await fixture.plan(1, of: cases, to: "t")
        let first = try await fixture.take(try await fixture.letGo())
        try await fixture.outlive()
        _ = try await fixture.release.once()
        try await fixture.hurry()
        let second = try await fixture.take(try await fixture.letGo())
        return (cases[0], try #require(first.first), try #require(second.first))
    }

    @Test("the outcome of a lease that a successor has taken over changes nothing and leaves no fact")
    func successor() async throws {
        try await EffectFixture.with { fixture in
            let (caseID, first, second) = try await succeeded(fixture)
            #expect(first.effect.id == second.effect.id && first.token == 1 && second.token == 2)
            let before = try await fixture.text("SELECT e::text FROM habeas.effect e")
            let facts = try await fixture.facts(caseID)
            let target = try await fixture.target("t")
            for verdict in [
                AttemptVerdict.done(), .refused("http_400"), .gone("http_410"),
                .retry("timeout", after: .seconds(900), blamesTarget: true),
            ] {
                try await fixture.enter(verdict, of: [first])
            }
            #expect(try await fixture.text("SELECT e::text FROM habeas.effect e") == before)
            #expect(try await fixture.facts(caseID) == facts)
            #expect(try await fixture.target("t") == target)
            #expect(try await fixture.text("SELECT outcome FROM habeas.effect_attempt") == ["lost"])

            try await fixture.enter(.done(), of: [second])
            let effect = try await fixture.effect(second.effect.id)
            #expect(effect.state == .done && effect.attempts == 1 && effect.leases == 2)
            #expect(try await fixture.facts(caseID) == facts + ["effect.done"])
            // And once more, by whichever hand: it has ended.
            try await fixture.enter(.retry("late", blamesTarget: true), of: [second, first])
            #expect(try await fixture.effect(second.effect.id) == effect)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.effect_attempt") == 2)
            #expect(try await fixture.brokenChains() == [])
        }
    }

    @Test(
        "two leases of the same effect in one batch of outcomes: the last one counts alone, in either order",
        arguments: [false, true]
    )
    func both(lastFirst: Bool) async throws {
        try await EffectFixture.with { fixture in
            let (caseID, first, second) = try await succeeded(fixture)
            let now = Date()
            let attempts = [
                EffectAttempt(first, .refused("http_400"), startedAt: now, endedAt: now, worker: "w"),
                EffectAttempt(second, .done(), startedAt: now, endedAt: now, worker: "w"),
            ]
            _ = try await fixture.worker.withConnection {
                try await fixture.work().run(
                    [caseID],
                    attempts: lastFirst ? attempts.reversed() : attempts,
                    on: $0
                )
            }
            let effect = try await fixture.effect(second.effect.id)
            #expect(effect.state == .done && effect.attempts == 1 && effect.cause == nil)
            #expect(try await fixture.facts(caseID).filter { $0.hasPrefix("effect.") } == ["effect.done"])
            #expect(
                try await fixture.text("SELECT outcome FROM habeas.effect_attempt ORDER BY token") == [
                    "lost", "done",
                ]
            )
        }
    }

    @Test("an outcome that comes late still counts while nobody has taken over")
    func late() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(1)
            try await fixture.targets(["t"])
            try await fixture.plan(1, of: cases, to: "t")
            let lease = try await fixture.take(try await fixture.letGo())
            try await fixture.outlive()
            try await fixture.enter(.done(), of: lease)
            #expect(try await fixture.states() == ["done": 1])
            _ = try await fixture.release.once()
            #expect(try await fixture.text("SELECT outcome FROM habeas.effect_attempt") == ["done"])
        }
    }

    @Test("is renewed by its holder only, and only while it is the last one")
    func renewal() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(1)
            try await fixture.targets(["t"])
            try await fixture.plan(2, of: cases, to: "t")
            let leases = try await fixture.take(try await fixture.letGo())
            func renew(_ leases: [EffectLease]) async throws -> [UUID] {
                try await fixture.worker.withConnection {
                    try await $0.query(EffectLease.renew(leases, for: .seconds(900))).decode(as: UUID.self)
                }
            }
            #expect(Set(try await renew(leases)) == Set(leases.map(\.effect.id)))
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.effect WHERE next_attempt_at > now() + interval '800 seconds'"
                ) == 2
            )
            try await fixture.enter(.done(), of: [leases[0]])
            try await fixture.outlive()
            _ = try await fixture.release.once()
            #expect(try await renew(leases).isEmpty)
            try await fixture.hurry()
            let next = try await fixture.take(try await fixture.letGo())
            #expect(try await renew(leases).isEmpty)
            #expect(try await renew(next) == [leases[1].effect.id])
        }
    }

    @Test("its number is never given twice: not after attempts that count for nothing, not by an operator's hand")
    func numbers() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(1)
            try await fixture.targets(["t"])
            let ids = try await fixture.plan(1, of: cases, to: "t")
            for token in 1...4 {
                let lease = try await fixture.take(try await fixture.letGo())
                #expect(lease.map(\.token) == [token])
                try await fixture.enter(.retry(AttemptVerdict.notBegun, blamesTarget: false), of: lease)
                let effect = try await fixture.effect(ids[0])
                #expect(effect.state.isPending && effect.attempts == 0 && effect.leases == token)
                try await fixture.hurry()
            }
            for pool in [fixture.owner, fixture.worker, fixture.operators] {
                await #expect(throws: PostgresError.self) {
                    try await pool.withConnection { try await $0.query("UPDATE habeas.effect SET leases = 0") }
                }
            }
        }
    }
}
