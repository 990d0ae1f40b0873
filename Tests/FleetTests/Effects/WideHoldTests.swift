import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing
import Threads

@testable import Fleet

@Suite("Effects and holds on clients and on people", .database)
struct WideHoldTests {
    /// Places a hold on client `c0`, or on the people of these cases, without touching effects: as if these had been planned
    /// while it was placed.
    static func place(_ fixture: EffectFixture, onPeopleOf cases: [UUID] = [], until: Date? = nil) async throws -> UUID
    {
        let id = UUID.version7(at: Date())
        _ = try await fixture.owner.withConnection { connection in
            try await connection.pipeline([
                Holds.place(
                    id,
                    publisher: "desk",
                    reference: id.uuidString,
                    client: cases.isEmpty ? "c0" : nil,
                    case: nil,
                    people: cases.count,
                    at: Date(),
                    until: until
                ),
                """
                INSERT INTO habeas.hold_identity (lookup, hold_id, client_id, key_id)
                SELECT lookup, \(id), client_id, key_id FROM habeas.case_identity WHERE case_id = ANY(\(cases)::uuid[])
                """,
            ])
        }
        return id
    }

    @Test("K18: the claim asks again: what is held at that moment is not taken, whatever was planned before the hold")
    func claim() async throws {
        try await EffectFixture.with(clients: 2) { fixture in
            let mine = try await fixture.cases(2)
            let other = try await fixture.cases(1, client: 1)
            try await fixture.targets(["t"], inFlight: 100, shared: true)
            let waiting = try await fixture.plan(4, of: mine, to: "t", waitsOnHold: true)
            let access = try await fixture.plan(2, of: mine, to: "t")
            let others = try await fixture.plan(2, of: other, to: "t", client: 1, waitsOnHold: true)
            let released = try await fixture.letGo()
            #expect(released.count == 8)
            let hold = try await Self.place(fixture)
            let taken = Set(try await fixture.take(released).map(\.effect.id))
            #expect(taken == Set(access + others))
            #expect(
                try await fixture.count(
                    """
                    SELECT count(*) FROM habeas.effect WHERE id = ANY(\(waiting)::uuid[]) AND state = 'planned'
                       AND next_attempt_at > now() + interval '50 seconds'
                    """
                ) == 4,
                "put back for a while, not lost"
            )
            try await fixture.hurry()
            #expect(try await fixture.take(try await fixture.letGo()).isEmpty)
            _ = try await fixture.owner.withConnection { try await $0.query(Holds.lift([hold], at: Date())) }
            try await fixture.hurry()
            #expect(Set(try await fixture.take(try await fixture.letGo()).map(\.effect.id)) == Set(waiting))
        }
    }

    @Test("K18: a hold on a person holds that person's and no other's, and one whose time is over holds nothing")
    func people() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(2)
            try await fixture.targets(["t"], inFlight: 100)
            let held = try await fixture.plan(2, of: [cases[0]], to: "t", waitsOnHold: true)
            let free = try await fixture.plan(2, of: [cases[1]], to: "t", waitsOnHold: true)
            let released = try await fixture.letGo()
            _ = try await Self.place(fixture, onPeopleOf: [cases[0]], until: Date(timeIntervalSinceNow: 3_600))
            #expect(Set(try await fixture.take(released).map(\.effect.id)) == Set(free))
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.installation SET play_offset = interval '2 hours'")
            }
            try await fixture.hurry()
            #expect(Set(try await fixture.take(try await fixture.letGo()).map(\.effect.id)) == Set(held))
        }
    }

    @Test("K18: what is planned under a hold is held from the start, and lifting a hold on its case leaves it so")
    func planned() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(1)
            try await fixture.targets(["t"], inFlight: 100)
            let hold = try await Self.place(fixture)
            let ids = try await fixture.plan(2, of: cases, to: "t", waitsOnHold: true)
            let free = try await fixture.plan(1, of: cases, to: "t")
            let held: SQL = "SELECT id FROM habeas.effect WHERE held_at IS NOT NULL ORDER BY id"
            #expect(Set(try await fixture.ids(held)) == Set(ids))
            try await fixture.act(.holdPlaced, on: cases)
            try await fixture.act(.holdLifted, on: cases)
            #expect(Set(try await fixture.ids(held)) == Set(ids))
            #expect(try await fixture.letGo() == free)
            _ = try await fixture.intake.withTransaction { connection in
                try await connection.pipeline([Holds.lift([hold], at: Date()), Holds.free(.client("c0"))])
            }
            #expect(try await fixture.ids(held).isEmpty)
        }
    }

    @Test(
        "K18: hold against claim, plan and lifting, again and again: nothing begins under a hold, and all is free in the end"
    )
    func race() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(20)
            let names = (0..<3).map { "t\($0)" }
            try await fixture.targets(names, inFlight: 1_000, shared: true)
            let ended = Locked(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in names {
                    group.addTask {
                        for _ in 0..<12 {
                            try await fixture.plan(40, of: cases.shuffled(), to: name, waitsOnHold: true)
                        }
                    }
                }
                for _ in 0..<3 {
                    group.addTask {
                        while !Task.isCancelled, !ended.withLock({ $0 }) {
                            let released = try await fixture.ids(
                                "SELECT id FROM habeas.effect WHERE state = 'released' ORDER BY random() LIMIT 25"
                            )
                            _ = try await fixture.take(released)
                            try await fixture.letGo()
                            await Task.yield()
                        }
                    }
                }
                group.addTask {
                    for round in 0..<15 {
                        let hold = UUID.version7(at: Date())
                        _ = try await fixture.intake.withTransaction { connection in
                            try await connection.pipeline([
                                Holds.place(
                                    hold,
                                    publisher: "desk",
                                    reference: "h\(round)",
                                    client: "c0",
                                    case: nil,
                                    at: Date(),
                                    until: nil
                                ), Holds.suspend(.client("c0"), at: Date()),
                            ])
                        }
                        // A claim that begins after the hold is there finds nothing to take.
                        let leased: SQL = "SELECT coalesce(sum(leases), 0)::int8 FROM habeas.effect"
                        let settled = try await fixture.settled(leased)
                        let released = try await fixture.ids("SELECT id FROM habeas.effect WHERE state <> 'leased'")
                        #expect(try await fixture.take(released).isEmpty)
                        #expect(try await fixture.count(leased) == settled)
                        _ = try await fixture.intake.withTransaction { connection in
                            try await connection.pipeline([
                                Holds.lift([hold], at: Date()), Holds.free(.client("c0")),
                            ])
                        }
                    }
                    ended.withLock { $0 = true }
                }
                try await group.waitForAll()
            }
            #expect(
                try await fixture.count(
                    "SELECT count(*) FROM habeas.effect WHERE held_at IS NOT NULL AND state <> 'leased'"
                ) == 0
            )
            try await fixture.hurry()
            while case let released = try await fixture.letGo(), !released.isEmpty {
                #expect(try await !fixture.take(released).isEmpty)
            }
            #expect(try await fixture.states() == ["leased": 3 * 12 * 40])
            #expect(try await fixture.count("SELECT count(*) FROM habeas.effect WHERE leases <> 1") == 0)
        }
    }
}

extension EffectFixture {
    /// Waits for the transactions that run now to end, and answers what `sql` counts then.
    fileprivate func settled(_ sql: SQL) async throws -> Int {
        let running: SQL = """
            SELECT pid::int8 FROM pg_stat_activity
             WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
               AND xact_start <= \(try await owner.withConnection { try await $0.query("SELECT clock_timestamp()").only.decode(0, as: Date.self) })
            """
        _ = try await eventually { try await count("SELECT count(*) FROM (\(running)) AS r") == 0 }
        return try await count(sql)
    }
}
