import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing
import Threads

@testable import Fleet

@Suite("Races for effects", .database)
struct EffectRaceTests {
    static let total = 2_000

    /// Cases with two effects each, all let go.
    func released(_ fixture: EffectFixture, waitsOnHold: Bool) async throws -> (cases: [UUID], effects: [UUID]) {
        let cases = try await fixture.cases(Self.total / 2)
        let names = (0..<4).map { "t\($0)" }
        try await fixture.targets(names, inFlight: 1_000)
        for name in names {
            try await fixture.plan(Self.total / 4, of: cases.shuffled(), to: name, waitsOnHold: waitsOnHold)
        }
        let effects = try await fixture.letGo()
        #expect(effects.count == Self.total)
        return (cases, effects)
    }

    /// Claims and an event's transactions at the same time, in small random portions; answers what was claimed.
    func race(
        _ fixture: EffectFixture,
        _ effects: [UUID],
        _ event: CaseEvent,
        on cases: [UUID]
    ) async throws -> [EffectLease] {
        let claimed = Locked([EffectLease]())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in portions(effects.shuffled(), lanes: 4) {
                group.addTask {
                    for some in portions(part, lanes: part.count / 10) {
                        let leases = try await fixture.take(some)
                        claimed.withLock { $0 += leases }
                    }
                }
            }
            for part in portions(cases.shuffled(), lanes: 3) {
                group.addTask {
                    for some in portions(part, lanes: part.count / 4) { try await fixture.act(event, on: some) }
                }
            }
            try await group.waitForAll()
        }
        return claimed.withLock { $0 }
    }

    func portions(_ ids: [UUID], lanes: Int) -> [[UUID]] {
        let size = max(1, (ids.count + lanes - 1) / max(1, lanes))
        return stride(from: 0, to: ids.count, by: size).map { Array(ids[$0..<min($0 + size, ids.count)]) }
    }

    @Test("withdrawal against claim: what was leased finishes and is recorded, all else is cancelled, nothing is both")
    func withdrawal() async throws {
        try await EffectFixture.with { fixture in
            let (cases, effects) = try await released(fixture, waitsOnHold: false)
            let leases = try await race(fixture, effects, .withdrawn, on: cases)
            let leased = Set(leases.map(\.effect.id))
            #expect(leases.count == leased.count)
            let cancelled = Set(try await fixture.ids("SELECT id FROM habeas.effect WHERE state = 'cancelled'"))
            #expect(leased.isDisjoint(with: cancelled) && leased.union(cancelled).count == Self.total)
            // Both happened, or the race was none.
            #expect(!leased.isEmpty && !cancelled.isEmpty)

            // One in three fails, one in three never begins: neither is tried again.
            for (index, verdict) in [
                AttemptVerdict.done(), .retry("timeout", blamesTarget: false),
                .retry(AttemptVerdict.notBegun, blamesTarget: false),
            ].enumerated() {
                let some = leases.enumerated().filter { $0.offset % 3 == index }.map(\.element)
                for start in stride(from: 0, to: some.count, by: 200) {
                    try await fixture.enter(verdict, of: Array(some[start..<min(start + 200, some.count)]))
                }
                #expect(
                    try await fixture.count(
                        """
                        SELECT count(*) FROM habeas.effect WHERE id = ANY(\(some.map(\.effect.id))::uuid[])
                           AND state = \(verdict.isDone ? "done" : "cancelled")
                        """
                    ) == some.count
                )
            }
            try await fixture.hurry()
            #expect(try await fixture.letGo().isEmpty)
            #expect(try await fixture.states().keys.sorted() == ["cancelled", "done"])
            #expect(try await fixture.brokenChains() == [])
        }
    }

    @Test("hold against claim: what was leased finishes, all else waits, and lifting the hold frees it")
    func hold() async throws {
        try await EffectFixture.with { fixture in
            let (cases, effects) = try await released(fixture, waitsOnHold: true)
            let leases = try await race(fixture, effects, .holdPlaced, on: cases)
            #expect(!leases.isEmpty && leases.count < Self.total)
            #expect(Set(leases.map(\.effect.id)).count == leases.count)
            #expect(try await fixture.states() == ["leased": leases.count, "planned": Self.total - leases.count])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.effect WHERE held_at IS NULL") == 0)
            // Half of what was leased fails: it waits, too.
            let half = leases.count / 2
            let (good, bad) = (Array(leases[..<half]), Array(leases[half...]))
            for (some, verdict) in [(good, AttemptVerdict.done()), (bad, .retry("timeout", blamesTarget: false))] {
                for start in stride(from: 0, to: some.count, by: 200) {
                    try await fixture.enter(verdict, of: Array(some[start..<min(start + 200, some.count)]))
                }
            }
            try await fixture.hurry()
            #expect(try await fixture.letGo().isEmpty)
            #expect(try await fixture.take(effects).isEmpty)

            for some in portions(cases, lanes: 10) { try await fixture.act(.holdLifted, on: some) }
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.effect WHERE held_at IS NOT NULL AND state <> 'done'"
                ) == 0
            )
            #expect(try await fixture.letGo().count == Self.total - half)
        }
    }

    @Test("hold and lifting against claim, again and again: whatever was not leased in between is free in the end")
    func holdAndLift() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(40)
            try await fixture.targets(["t"], inFlight: 1_000)
            let ids = try await fixture.plan(400, of: cases, to: "t", waitsOnHold: true)
            let performer = ScriptedPerformer()
            try await fixture.running(performer) { _ in
                for _ in 0..<6 {
                    try await fixture.act(.holdPlaced, on: cases.shuffled().suffix(20))
                    try await fixture.act(.holdLifted, on: cases.shuffled().suffix(20))
                }
                try await fixture.act(.holdLifted, on: cases)
                try await expectSoon { try await fixture.states() == ["done": 400] }
            }
            #expect(performer.book.calls.count == ids.count && performer.book.calls.values.allSatisfy { $0 == 1 })
        }
    }

    @Test("an effect that is leased while a worker decides to take it back is not said to be cancelled")
    func taken() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(1)
            try await fixture.targets(["t"])
            let ids = try await fixture.plan(2, of: cases, to: "t")
            try await fixture.letGo()
            let looks = Locked(0)
            let leases = Locked([EffectLease]())
            let gate = DispatchSemaphore(value: 0)
            let planner = ScriptedPlanner(decide: { desk in
                let look = looks.withLock { looks in
                    looks += 1
                    return looks
                }
                if look == 1 {
                    // Another worker claims, and commits, while this one decides.
                    Task {
                        let taken = try await fixture.take([ids[0]])
                        leases.withLock { $0 = taken }
                        gate.signal()
                    }
                    gate.wait()
                }
                for effect in desk.effects(of: cases[0]) where effect.state.isPending {
                    desk.cancel(effect, because: "test")
                }
            })
            _ = try await fixture.worker.withConnection { try await fixture.work(planner).run(cases, on: $0) }
            #expect(looks.withLock { $0 } == 2)
            #expect(try await fixture.effect(ids[0]).state == .leased)
            #expect(try await fixture.effect(ids[1]).state == .cancelled)
            #expect(try await fixture.facts(cases[0]) == ["case.opened", "effect.cancelled"])
            try await fixture.enter(.done(), of: leases.withLock { $0 })
            #expect(try await fixture.facts(cases[0]) == ["case.opened", "effect.cancelled", "effect.done"])
        }
    }
}
