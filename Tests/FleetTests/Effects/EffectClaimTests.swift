import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("Claims of effects", .database)
struct EffectClaimTests {
    @Test("eight claimers, two thousand hints: each effect is called once, and no limit is passed at any moment")
    func together() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(100)
            let names = (0..<10).map { "t\($0)" }
            try await fixture.targets(names, inFlight: 7)
            for name in names { try await fixture.plan(200, of: cases, to: name) }
            let performer = ScriptedPerformer(call: { _ in
                await Task.yield()
                return .done()
            })
            try await fixture.running(performer, crews: 2, lanes: 4) { _ in
                try await expectSoon { try await fixture.states() == ["done": 2_000] }
            }
            #expect(performer.book.calls.count == 2_000)
            #expect(performer.book.calls.values.allSatisfy { $0 == 1 })
            #expect(performer.book.most.values.allSatisfy { $0 <= 7 })
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.effect WHERE attempts <> 1") == 0
            )
            // Some were taken ahead and given back.
            let called: SQL = "SELECT count(*) FROM habeas.effect_attempt WHERE started_at IS NOT NULL"
            #expect(try await fixture.count(called) == 2_000)
        }
    }

    @Test("claims of the same ids at the same moment give each effect to one of them")
    func same() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(20)
            try await fixture.targets(["a", "b"], inFlight: 500)
            try await fixture.plan(200, of: cases, to: "a")
            try await fixture.plan(200, of: cases, to: "b")
            let released = try await fixture.letGo()
            #expect(released.count == 400)
            let leases = try await withThrowingTaskGroup(of: [EffectLease].self) { group in
                for index in 0..<8 {
                    let ids = index.isMultiple(of: 2) ? released : released.reversed()
                    group.addTask {
                        var mine: [EffectLease] = []
                        for start in stride(from: 0, to: ids.count, by: 40) {
                            mine += try await fixture.take(Array(ids[start..<start + 40]))
                        }
                        return mine
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(leases.count == 400)
            #expect(Set(leases.map(\.effect.id)).count == 400)
            #expect(leases.allSatisfy { $0.token == 1 })
        }
    }

    @Test(
        "a rate gives slots apart from each other, fleet-wide, and what finds none goes back with the time of its turn"
    )
    func rate() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(5)
            try await fixture.targets(["slow"], inFlight: 500, perSecond: 20)
            let ids = try await fixture.plan(100, of: cases, to: "slow")
            // As if all had been let go at once.
            _ = try await fixture.owner.withConnection {
                try await $0.query(
                    "UPDATE habeas.effect SET state = 'released', next_attempt_at = now() + interval '30 seconds'"
                )
            }
            let leases = try await withThrowingTaskGroup(of: [EffectLease].self) { group in
                for start in stride(from: 0, to: 100, by: 25) {
                    group.addTask { try await fixture.take(Array(ids[start..<start + 25])) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let starts = leases.map(\.startAt).sorted()
            #expect(starts.count >= 38 && starts.count <= 48)
            for (before, after) in zip(starts, starts.dropFirst()) {
                // The table keeps microseconds.
                #expect(after.timeIntervalSince(before) > 1 / 20 - 0.0001)
            }
            #expect(try await fixture.states()["planned"] == 100 - leases.count)
            let horizon = starts[0].addingTimeInterval(TargetAdmission.horizon - 0.001)
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.effect WHERE state = 'planned' AND next_attempt_at < \(horizon)"
                ) == 0
            )
        }
    }

    @Test("no more than two seconds' worth of a rate is on its way, and no call begins early or in a bunch")
    func paced() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(5)
            try await fixture.targets(["slow"], inFlight: 50, perSecond: 40)
            try await fixture.plan(100, of: cases, to: "slow")
            let performer = ScriptedPerformer()
            let began = ContinuousClock.now
            try await fixture.running(performer) { _ in
                try await expectSoon { try await fixture.states() == ["done": 100] }
            }
            #expect(began.duration(to: .now) >= .seconds(2.4))
            let starts = performer.book.starts["slow"] ?? []
            #expect(starts.count == 100)
            var first = 0
            for last in starts.indices {
                while starts[first].duration(to: starts[last]) >= .seconds(1) { first += 1 }
                // The limit, and what a busy machine pushes together between the decision and the book.
                #expect(last - first + 1 <= 42)
            }
        }
    }

    @Test("what is put back is let go again, and all comes to its end")
    func putBack() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(10)
            try await fixture.targets(["narrow"], inFlight: 1)
            let ids = try await fixture.plan(60, of: cases, to: "narrow")
            _ = try await fixture.owner.withConnection {
                try await $0.query(
                    "UPDATE habeas.effect SET state = 'released', next_attempt_at = now() + interval '30 seconds'"
                )
            }
            let (claimed, back) = try await fixture.worker.withConnection {
                try await fixture.claim().take(ids, on: $0)
            }
            #expect(claimed.count == 1 && back == 59)
            #expect(claimed.first?.job?.id == claimed.first?.lease.effect.id)
            #expect(try await fixture.states() == ["leased": 1, "planned": 59])
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.effect WHERE state = 'planned' AND next_attempt_at > planned_at"
                ) == 0,
                "what was not tried yet keeps its place before those that failed meanwhile"
            )
            try await fixture.enter(.done(), of: claimed.map(\.lease))
            try await fixture.running(ScriptedPerformer()) { _ in
                try await expectSoon { try await fixture.states() == ["done": 60] }
            }
        }
    }

    @Test("what is held, cancelled, finished, of an unknown kind, of another queue or not let go is left alone")
    func leftAlone() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(3)
            try await fixture.targets(["t"], inFlight: 100)
            let ids = try await fixture.plan(8, of: cases, to: "t")
            let released = try await fixture.letGo()
            #expect(Set(released) == Set(ids))
            _ = try await fixture.owner.withConnection { connection in
                try await connection.pipeline([
                    "UPDATE habeas.effect SET held_at = now() WHERE id = \(ids[0])",
                    "UPDATE habeas.effect SET state = 'cancelled', next_attempt_at = NULL, ended_at = now() WHERE id = \(ids[1])",
                    "UPDATE habeas.effect SET state = 'done', next_attempt_at = NULL, ended_at = now() WHERE id = \(ids[2])",
                    "UPDATE habeas.effect SET state = 'parked', next_attempt_at = NULL, ended_at = now() WHERE id = \(ids[3])",
                    "UPDATE habeas.effect SET kind = 'of.the.future' WHERE id = \(ids[4])",
                    "UPDATE habeas.effect SET queue = 'habeas.erasure' WHERE id = \(ids[5])",
                    "UPDATE habeas.effect SET state = 'retrying' WHERE id = \(ids[6])",
                ])
            }
            let before = try await fixture.text("SELECT e::text FROM habeas.effect e WHERE id <> \(ids[7]) ORDER BY id")
            let leases = try await fixture.take(ids + [UUID()])
            #expect(leases.map(\.effect.id) == [ids[7]])
            #expect(
                try await fixture.text("SELECT e::text FROM habeas.effect e WHERE id <> \(ids[7]) ORDER BY id")
                    == before
            )
            // A hint that comes twice finds nothing more.
            #expect(try await fixture.take(ids).isEmpty)
        }
    }

    @Test(
        "targets that are paused, disabled, quiet or open take nothing: neither at the claim nor when effects are let go"
    )
    func rests() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(3)
            let names = ["paused", "disabled", "quiet", "open"]
            try await fixture.targets(names + ["well"], inFlight: 10)
            var ids: [UUID] = []
            for name in names + ["well"] { ids += try await fixture.plan(4, of: cases, to: name) }
            let released = try await fixture.letGo()
            #expect(released.count == 20)
            _ = try await fixture.operators.withConnection { connection in
                try await connection.query(
                    "UPDATE habeas.target SET paused_at = now(), pause_reason = 'maintenance' WHERE id = 'paused'"
                )
            }
            _ = try await fixture.owner.withConnection { connection in
                try await connection.pipeline([
                    "UPDATE habeas.target SET disabled_at = now(), disabled_cause = 'http_410' WHERE id = 'disabled'",
                    "UPDATE habeas.target SET quiet_until = now() + interval '1 hour' WHERE id = 'quiet'",
                    """
                    UPDATE habeas.target SET circuit = 'open', openings = 1, circuit_until = now() + interval '1 hour'
                     WHERE id = 'open'
                    """,
                ])
            }
            let leases = try await fixture.take(ids)
            #expect(Set(leases.map(\.effect.target)) == ["well"] && leases.count == 4)
            #expect(try await fixture.states() == ["planned": 16, "leased": 4])
            try await fixture.hurry()
            #expect(try await fixture.letGo().isEmpty)
            #expect(
                try await fixture.text("SELECT paused_by::text FROM habeas.target WHERE paused_at IS NOT NULL").count
                    == 1
            )

            // The time of the open circuit is over: one goes to see, whoever asks for how many.
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.target SET circuit_until = now() WHERE id = 'open'")
            }
            let probe = try await fixture.letGo()
            #expect(probe.count == 1)
            let lease = try await fixture.take(probe)
            #expect(lease.count == 1)
            #expect(try await fixture.target("open").circuit == .probing)
            #expect(try await fixture.letGo().isEmpty)
            try await fixture.enter(.done(), of: lease)
            #expect(try await fixture.target("open").circuit == .closed)
            #expect(try await fixture.letGo().count == 3)
        }
    }

    @Test("an effect of which no job can be made fails by itself, its neighbours go")
    func unreadable() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(4)
            try await fixture.targets(["t"], inFlight: 100)
            let ids = try await fixture.plan(30, of: cases, to: "t", attemptsAllowed: 1)
            var performer = ScriptedPerformer()
            performer.unreadable = [ids[13]]
            try await fixture.running(performer) { _ in
                try await expectSoon { try await fixture.states() == ["done": 29, "parked": 1] }
            }
            #expect(performer.book.calls.count == 29)
            let odd = try await fixture.effect(ids[13])
            #expect(odd.state == .parked && odd.cause == "unreadable" && odd.attempts == 1)
            #expect(try await fixture.facts(cases[13 % 4]).filter { $0 == "effect.parked" }.count == 1)
        }
    }
}
