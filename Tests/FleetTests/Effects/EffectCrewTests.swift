import Foundation
import Ledger
import Observability
import Postgres
import Rights
import ServiceLifecycle
import TestKit
import Testing
import Threads

@testable import Fleet

@Suite("A crew that performs effects", .database)
struct EffectCrewTests {
    @Test("hundreds of calls that hang do not stop other targets")
    func hanging() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(50)
            try await fixture.targets(["hangs"], inFlight: 400)
            try await fixture.targets(["well"], inFlight: 20)
            try await fixture.plan(400, of: cases, to: "hangs")
            let door = Door()
            let performer = ScriptedPerformer(call: { effect in
                if effect.target == "hangs" { await door.pass() }
                return .done()
            })
            try await fixture.running(performer) { _ in
                try await expectSoon { await door.arrivals == 400 }
                try await fixture.plan(500, of: cases, to: "well")
                try await expectSoon { try await fixture.states()["done"] == 500 }
                #expect(performer.book.underWay == 400)
                await door.open()
                try await expectSoon { try await fixture.states() == ["done": 900] }
            }
        }
    }

    @Test("never has more in hand than its capacity and one batch, however many lanes claim for it")
    func backpressure() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(50)
            try await fixture.targets(["t"], inFlight: 1_000)
            try await fixture.plan(1_500, of: cases, to: "t")
            let door = Door()
            let performer = ScriptedPerformer(call: { _ in
                await door.pass()
                return .done()
            })
            // Ten hints of twenty-five are a batch.
            try await fixture.running(performer, lanes: 4, capacity: 60) { _ in
                try await expectSoon { await door.arrivals >= 60 }
                // A few rounds of the clock: whoever could claim more would.
                let rounds = ContinuousClock.now + .milliseconds(200)
                try await expectSoon { ContinuousClock.now > rounds }
                #expect(try await fixture.states()["leased", default: 0] <= 60 + 250)
                await door.open()
                try await expectSoon {
                    let states = try await fixture.states()
                    #expect(states["leased", default: 0] <= 60 + 250)
                    return states == ["done": 1_500]
                }
            }
            #expect(try #require(performer.book.most["t"]) <= 60 + 250)
            #expect(performer.book.calls.values.allSatisfy { $0 == 1 })
        }
    }

    @Test("under shutdown calls under way finish and are recorded; those not begun go back at once, uncounted")
    func drain() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(10)
            try await fixture.targets(["t"], inFlight: 20)
            try await fixture.targets(["paced"], inFlight: 20, perSecond: 1)
            try await fixture.plan(20, of: cases, to: "t")
            try await fixture.plan(2, of: cases, to: "paced")
            let door = Door()
            let performer = ScriptedPerformer(call: { effect in
                if effect.target == "t" { await door.pass() }
                return .done()
            })
            try await fixture.running(performer, clock: false) { crew in
                try await fixture.letGo()
                try await expectSoon { await door.arrivals == 20 }
                try await expectSoon { performer.book.starts["paced"]?.count == 1 }
                // The second one has its slot in a second; a shutdown leaves it.
                await crew.group.triggerGracefulShutdown()
                // What goes back is let go at once, for other copies.
                try await expectSoon { try await fixture.states()["released"] == 1 }
                #expect(try await fixture.states() == ["released": 1, "done": 1, "leased": 20])
                await door.open()
            }
            #expect(try await fixture.states() == ["released": 1, "done": 21])
            #expect(
                try await fixture.text(
                    "SELECT attempts || ' of ' || leases FROM habeas.effect WHERE state = 'released'"
                ) == ["0 of 1"]
            )
            #expect(try await fixture.brokenChains() == [])
        }
    }

    @Test("calls that hang longer than the drain budget are told to end, and what came of them is recorded")
    func budget() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(5)
            try await fixture.targets(["t"], inFlight: 50)
            try await fixture.plan(40, of: cases, to: "t")
            let performer = ScriptedPerformer(call: { _ in
                do { try await Task.sleep(for: .seconds(3_600)) } catch {
                    return .retry("cancelled", blamesTarget: false, mayHaveActed: true)
                }
                return .done()
            })
            try await fixture.running(performer, drain: .milliseconds(50)) { _ in
                try await expectSoon { performer.book.underWay == 40 }
            }
            #expect(try await fixture.states() == ["retrying": 40])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.effect_attempt WHERE may_have_acted") == 40)
        }
    }

    @Test("what is claimed while it ends goes back; hints that come then are handed on, unclaimed")
    func takenWhileEnding() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(5)
            try await fixture.targets(["hangs", "t"], inFlight: 50)
            try await fixture.plan(1, of: cases, to: "hangs")
            let door = Door()
            let performer = ScriptedPerformer(call: { effect in
                if effect.target == "hangs" { await door.pass() }
                return .done()
            })
            try await fixture.running(performer, clock: false) { running in
                let crew = running.crews[0]
                try await fixture.letGo()
                try await expectSoon { await door.arrivals == 1 }
                #expect(try await crew.room(for: 3) != nil)
                await running.group.triggerGracefulShutdown()
                try await expectSoon { try await crew.room(for: 1) == nil }
                try await fixture.plan(30, of: cases, to: "t")
                let ids = try await fixture.letGo()
                #expect(ids.count == 30)
                let claimed = try await fixture.worker.withConnection {
                    try await fixture.claim(performer).take(Array(ids[..<10]), on: $0).claimed
                }
                crew.take(claimed)
                try await expectSoon { try await fixture.states()["leased"] == 1 }
                _ = try await fixture.hints(limit: 100)
                let handler = EffectHandler(
                    fixture.claim(performer),
                    crew: crew,
                    queue: "q",
                    registry: fixture.registry,
                    ring: fixture.ring,
                    metrics: EffectMetrics(fixture.metrics)
                )
                let hints = [EffectFixture.hint(ids)]
                let items = try await handler.prepare(hints)
                _ = try await fixture.worker.withConnection { try await handler.commit(items, on: $0) }
                #expect(try await fixture.states() == ["planned": 30, "leased": 1])
                await door.open()
            }
            #expect(performer.book.calls.count == 1)
            #expect(try await fixture.count("SELECT sum(attempts) FROM habeas.effect") == 1)
        }
    }

    @Test("room that was kept for a claim is free again whatever became of it")
    func room() async throws {
        try await EffectFixture.with { fixture in
            try await fixture.running(ScriptedPerformer(), capacity: 10, clock: false) { running in
                let crew = running.crews[0]
                var first = try await crew.room(for: 25)
                #expect(first != nil)
                let waiting = Task { try await crew.room(for: 5) != nil }
                let given = Task { try await crew.room(for: 5) != nil }
                given.cancel()
                await #expect(throws: CancellationError.self) { try await given.value }
                first = nil
                #expect(try await waiting.value)
                #expect(try await crew.room(for: 10) != nil)
            }
        }
    }

    @Test("an outcome whose case cannot be decided is entered without the decision; its neighbours are written")
    func undecidable() async throws {
        struct Undecidable: Error {}
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(40)
            try await fixture.targets(["t"], inFlight: 100)
            try await fixture.plan(80, of: cases, to: "t")
            let odd = cases[17]
            let planner = ScriptedPlanner(decide: { desk in
                if desk.ids.contains(odd) { throw Undecidable() }
                for id in desk.ids { desk.record("test.seen", of: id) { _ in } }
            })
            let performer = ScriptedPerformer()
            try await fixture.running(performer, planner) { running in
                try await expectSoon { try await fixture.states() == ["done": 80] }
                #expect(!running.unwritten)
            }
            #expect(performer.book.calls.values.allSatisfy { $0 == 1 })
            #expect(try await fixture.facts(odd) == ["case.opened", "effect.done", "effect.done"])
            for id in cases where id != odd {
                #expect(try await fixture.facts(id).filter { $0 == "effect.done" }.count == 2)
                #expect(try await fixture.facts(id).contains("test.seen"))
            }
            // Its worker is asked to decide by a message, which can be set aside.
            let asked = try await fixture.text(
                "SELECT DISTINCT convert_from(body, 'UTF8') FROM habeas.outbox WHERE routing_key = 'habeas.referral'"
            )
            #expect(asked == [#"{"v":1,"ids":["\#(odd.uuidString.lowercased())"]}"#])
            #expect(try await fixture.brokenChains() == [])
        }
    }

    @Test("an outcome that the database refuses is found by halving; its neighbours are written, and it is counted")
    func guilty() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(20)
            try await fixture.targets(["t"], inFlight: 100)
            let ids = try await fixture.plan(60, of: cases, to: "t")
            let odd = ids[33]
            let door = Door()
            let performer = ScriptedPerformer(call: { effect in
                await door.pass()
                return effect.id == odd ? .refused("no\u{0}good") : .done()
            })
            try await fixture.running(performer) { running in
                try await expectSoon { await door.arrivals == 60 }
                await door.open()
                try await expectSoon { try await fixture.states() == ["done": 59, "leased": 1] }
                try await expectSoon { running.metrics.exposition().contains("habeas_effects_unwritten_total 1") }
            }
            #expect(performer.book.calls.values.allSatisfy { $0 == 1 })
            try await fixture.outlive()
            _ = try await fixture.release.once()
            #expect(try await fixture.effect(odd).state == .retrying)
        }
    }

    @Test("outcomes are written by the registry of the moment")
    func registry() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(5)
            try await fixture.targets(["t"], inFlight: 100)
            try await fixture.plan(20, of: cases, to: "t")
            _ = try await fixture.owner.withConnection {
                try await $0.query(
                    "INSERT INTO habeas.client (id, country, time_zone) VALUES ('late', 'DE', 'Europe/Berlin')"
                )
            }
            #expect(fixture.registry.current.client("late") == nil)
            let planner = ScriptedPlanner(decide: { desk in
                if desk.registry.client("late") == nil { Issue.record("decided with a registry that is stale") }
            })
            try await fixture.running(ScriptedPerformer(), planner) { _ in
                try await expectSoon { try await fixture.states() == ["done": 20] }
            }
        }
    }

    @Test("loses and doubles nothing however often crews, lanes and clock are started and stopped")
    func storm() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(40)
            try await fixture.targets(["a", "b"], inFlight: 30)
            try await fixture.targets(["paced"], inFlight: 30, perSecond: 200)
            let performer = ScriptedPerformer(call: { _ in
                await Task.yield()
                return .done()
            })
            for round in 0..<20 {
                for name in ["a", "b"] { try await fixture.plan(30, of: cases, to: name) }
                try await fixture.plan(10, of: cases, to: "paced")
                let goal = (round % 4) * 20
                let before = performer.book.ended
                try await fixture.running(performer, crews: 1 + round % 3) { _ in
                    try await expectSoon { performer.book.ended >= before + goal }
                }
                #expect(try await fixture.states()["leased"] == nil)
            }
            try await fixture.running(performer) { _ in
                try await expectSoon { try await fixture.states() == ["done": 1_400] }
            }
            #expect(performer.book.calls.count == 1_400)
            #expect(performer.book.calls.values.allSatisfy { $0 == 1 })
            #expect(try await fixture.count("SELECT sum(attempts) FROM habeas.effect") == 1_400)
            #expect(try await fixture.brokenChains() == [])
        }
    }
}
