import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("Turns among clients and targets", .database)
struct EffectFairnessTests {
    /// Claims whatever lies released and ends it well; answers the clients in the order of their hints.
    func round(_ fixture: EffectFixture) async throws -> [String] {
        let leases = try await fixture.take(
            try await fixture.ids("SELECT id FROM habeas.effect WHERE state = 'released'")
        )
        try await fixture.enter(.done(), of: leases)
        return leases.compactMap(\.effect.clientID)
    }

    @Test("one client's two thousand effects at a shared target do not hold up the two each of fifty that came later")
    func flood() async throws {
        try await EffectFixture.with(clients: 51) { fixture in
            try await fixture.targets(["mail-room"], inFlight: 25, shared: true)
            let flooding = try await fixture.cases(20)
            try await fixture.plan(2_000, of: flooding, to: "mail-room")
            // What is on its way already is a room full, no more.
            #expect(try await fixture.letGo().count == 25 + 7)
            for client in 1...50 {
                let own = try await fixture.cases(1, client: client)
                try await fixture.plan(2, of: own, to: "mail-room", client: client)
            }
            var served: [String] = []
            for _ in 0..<8 { served += try await round(fixture) }
            let others = served.enumerated().filter { $0.element != "c0" }.map(\.offset)
            #expect(others.count == 100)
            // A room full of the flood was on its way; then it has one turn in fifty-one.
            #expect(try #require(others.last) < 25 + 100 + 15)
            for client in 1...50 { #expect(served.filter { $0 == "c\(client)" }.count == 2) }
            // And the flood goes on when nobody else waits.
            #expect(served.count >= 8 * 20)
        }
    }

    @Test("who comes late is served at once, although two others have waited longer")
    func late() async throws {
        try await EffectFixture.with(clients: 3) { fixture in
            try await fixture.targets(["mail-room"], inFlight: 4, shared: true)
            for client in 0..<2 {
                try await fixture.plan(
                    200,
                    of: try await fixture.cases(2, client: client),
                    to: "mail-room",
                    client: client
                )
            }
            try await fixture.letGo()
            for _ in 0..<5 { #expect(try await round(fixture).count == 4) }
            try await fixture.plan(1, of: try await fixture.cases(1, client: 2), to: "mail-room", client: 2)
            var rounds = 0
            while try await !round(fixture).contains("c2") { rounds += 1 }
            #expect(rounds <= 2)
        }
    }

    @Test("turns are taken evenly among those who wait, and one whose effects wait for later takes no share")
    func even() async throws {
        try await EffectFixture.with(clients: 5) { fixture in
            try await fixture.targets(["mail-room"], inFlight: 10, shared: true)
            for client in 0..<5 {
                try await fixture.plan(
                    100,
                    of: try await fixture.cases(2, client: client),
                    to: "mail-room",
                    client: client,
                    notBefore: client < 3 ? Date(timeIntervalSinceNow: 3_600) : nil
                )
            }
            try await fixture.letGo()
            var served: [String: Int] = [:]
            for _ in 0..<10 {
                let round = try await round(fixture)
                #expect(round.count == 10)
                for client in round { served[client, default: 0] += 1 }
            }
            #expect(Set(served.keys) == ["c3", "c4"])
            #expect(abs(served["c3", default: 0] - served["c4", default: 0]) <= 4)
        }
    }

    @Test("a line that is short leaves its room to the long one")
    func filled() async throws {
        try await EffectFixture.with(clients: 2) { fixture in
            try await fixture.targets(["mail-room"], inFlight: 20, shared: true)
            try await fixture.plan(1, of: try await fixture.cases(1, client: 1), to: "mail-room", client: 1)
            try await fixture.plan(500, of: try await fixture.cases(2), to: "mail-room")
            #expect(try await fixture.letGo().count == 25)
        }
    }

    @Test("targets that hang or whose circuit is open delay no other")
    func others() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(20)
            let hanging = (0..<40).map { "a-hangs\($0)" }
            try await fixture.targets(hanging, inFlight: 4)
            try await fixture.targets(["b-open", "z-well"], inFlight: 10)
            for name in hanging { try await fixture.plan(20, of: cases, to: name) }
            try await fixture.plan(100, of: cases, to: "b-open")
            let door = Door()
            let performer = ScriptedPerformer(call: { effect in
                if effect.target.hasPrefix("a-") { await door.pass() }
                return effect.target == "b-open" ? .retry("connect", blamesTarget: true) : .done()
            })
            try await fixture.running(performer) { _ in
                try await expectSoon { await door.arrivals == 160 }
                try await expectSoon { try await fixture.target("b-open").circuit == .open }
                try await fixture.plan(500, of: cases, to: "z-well")
                try await expectSoon {
                    try await fixture.count(
                        "SELECT count(*) FROM habeas.effect WHERE target_id = 'z-well' AND state = 'done'"
                    ) == 500
                }
                #expect(await door.arrivals == 160)
                // What the open one was asked is what it takes to open it, and a probe now and then.
                #expect(performer.book.starts["b-open", default: []].count <= 10 + 10)
                await door.open()
                try await expectSoon {
                    try await fixture.count(
                        "SELECT count(*) FROM habeas.effect WHERE target_id LIKE 'a-%' AND state = 'done'"
                    ) == 800
                }
            }
            #expect(performer.book.most.values.allSatisfy { $0 <= 10 })
        }
    }

    @Test("A2: two that let go at one target do so one after the other, and together no more than there is room for")
    func oneAtATime() async throws {
        try await EffectFixture.with { fixture in
            try await fixture.targets(["mail-room"], inFlight: 4)
            try await fixture.plan(50, of: try await fixture.cases(1), to: "mail-room")
            let release = HintRelease(of: ["mail-room"])
            let first = try await PostgresConnection.connect(try Database.current)
            try await first.begin()
            #expect(try await first.pipeline(release.statements)[1].count == 4 + 1)
            async let second = fixture.worker.withConnection { connection in
                try await connection.transaction { try await $0.pipeline(release.statements + ["COMMIT"])[1].count }
            }
            let waits = try await eventually {
                try await fixture.count(
                    """
                    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """
                ) == 1
            }
            #expect(waits)
            try await first.commit()
            #expect(try await second == 0)
            await first.close()
        }
    }
}
