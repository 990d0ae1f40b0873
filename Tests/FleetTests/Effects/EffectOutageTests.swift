import Foundation
import Ledger
import Postgres
import Rights
import TestKit
import Testing

@testable import Fleet

@Suite("Effects while the database is away", .database)
struct EffectOutageTests {
    /// A server session of the test's own, from which the database is closed and opened.
    struct Switch {
        let server: PostgresConnection
        let database: String
        let login: String

        init(_ fixture: EffectFixture) async throws {
            server = try await PostgresConnection.connect(try DatabaseServer.configuration)
            database = try #require(fixture.workerConfiguration.keywords["dbname"])
            login = try #require(fixture.workerConfiguration.keywords["user"])
        }

        func off() async throws {
            _ = try await server.query("ALTER ROLE \(identifier: login) NOLOGIN")
            try await cut()
        }

        func cut() async throws {
            _ = try await server.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = \(login)"
            )
        }

        func on() async throws { _ = try await server.query("ALTER ROLE \(identifier: login) LOGIN") }
    }

    @Test("outcomes wait for it and are written when it is back, each once")
    func outage() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(20)
            try await fixture.targets(["t"], inFlight: 100)
            try await fixture.plan(90, of: cases, to: "t")
            let door = Door()
            let performer = ScriptedPerformer(call: { _ in
                await door.pass()
                return .done()
            })
            let database = try await Switch(fixture)
            try await fixture.running(performer) { running in
                try await expectSoon { await door.arrivals == 90 }
                try await database.off()
                await door.open()
                try await expectSoon { await running.gate.since != nil }
                #expect(try await fixture.states() == ["leased": 90])
                try await database.on()
                try await expectSoon { try await fixture.states() == ["done": 90] }
                #expect(!running.unwritten)
            }
            await database.server.close()
            #expect(performer.book.calls.values.allSatisfy { $0 == 1 })
            #expect(try await fixture.count("SELECT count(*) FROM habeas.effect_attempt") == 90)
            #expect(try await fixture.brokenChains() == [])
        }
    }

    @Test("sessions that are cut again and again lose no outcome, and nothing is called twice for it")
    func cuts() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(20)
            try await fixture.targets(["a", "b"], inFlight: 30)
            try await fixture.plan(300, of: cases, to: "a")
            try await fixture.plan(300, of: cases, to: "b")
            let performer = ScriptedPerformer()
            let database = try await Switch(fixture)
            try await fixture.running(performer, claimingOn: fixture.owner) { running in
                for goal in stride(from: 50, through: 550, by: 50) {
                    try await expectSoon { performer.book.ended >= goal }
                    try await database.cut()
                }
                try await expectSoon { try await fixture.states() == ["done": 600] }
                #expect(!running.unwritten)
            }
            await database.server.close()
            #expect(performer.book.calls.count == 600 && performer.book.calls.values.allSatisfy { $0 == 1 })
            #expect(try await fixture.count("SELECT count(*) FROM habeas.effect_attempt") == 600)
            #expect(try await fixture.brokenChains() == [])
        }
    }

    @Test("an outcome whose commit is cut from its answer is entered once")
    func cutOutcome() async throws {
        try await EffectFixture.with { fixture in
            let proxy = try DatabaseProxy(before: fixture.workerConfiguration)
            defer { proxy.close() }
            let pool = PostgresPool(
                configuration: proxy.configuration(for: fixture.workerConfiguration),
                size: 3,
                logger: EffectFixture.quiet
            )
            let cases = try await fixture.cases(10)
            try await fixture.targets(["t"], inFlight: 100)
            try await fixture.plan(60, of: cases, to: "t")
            let door = Door()
            let performer = ScriptedPerformer(call: { _ in
                await door.pass()
                return .done()
            })
            try await fixture.running(performer, on: pool, claimingOn: fixture.worker) { running in
                try await expectSoon { await door.arrivals == 60 }
                proxy.swallowCommits()
                await door.open()
                try await expectSoon { try await fixture.states() == ["done": 60] }
                proxy.swallowCommits(false)
            }
            await pool.shutdown()
            #expect(try await fixture.count("SELECT count(*) FROM habeas.effect_attempt") == 60)
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.evidence WHERE fact = 'effect.done'") == 60
            )
            #expect(try await fixture.brokenChains() == [])
        }
    }

    @Test("a claim whose commit is cut from its answer is called by nobody until its lease is over, then once")
    func cutClaim() async throws {
        try await EffectFixture.with { fixture in
            let proxy = try DatabaseProxy(before: fixture.workerConfiguration)
            defer { proxy.close() }
            let pool = PostgresPool(
                configuration: proxy.configuration(for: fixture.workerConfiguration),
                size: 2,
                logger: EffectFixture.quiet
            )
            let cases = try await fixture.cases(10)
            try await fixture.targets(["t"], inFlight: 100)
            try await fixture.plan(50, of: cases, to: "t")
            let performer = ScriptedPerformer()
            proxy.swallowCommits()
            try await fixture.running(performer, on: fixture.worker, claimingOn: pool) { _ in
                try await expectSoon { try await fixture.states()["leased"] == 50 }
                proxy.swallowCommits(false)
                #expect(performer.book.calls.isEmpty)
                try await fixture.outlive()
                try await expectSoon {
                    try await fixture.hurry()
                    return try await fixture.states() == ["done": 50]
                }
            }
            await pool.shutdown()
            #expect(performer.book.calls.count == 50 && performer.book.calls.values.allSatisfy { $0 == 1 })
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.effect WHERE attempts <> 1 OR leases < 2") == 0
            )
        }
    }

    @Test("a shutdown while it is away ends within the budget; what could not be written comes back by its lease")
    func shutdown() async throws {
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(5)
            try await fixture.targets(["t"], inFlight: 100)
            try await fixture.plan(30, of: cases, to: "t")
            let door = Door()
            let performer = ScriptedPerformer(call: { _ in
                await door.pass()
                return .done()
            })
            let database = try await Switch(fixture)
            try await fixture.running(performer, drain: .milliseconds(300)) { running in
                try await expectSoon { await door.arrivals == 30 }
                try await database.off()
                await door.open()
                try await expectSoon { await running.gate.since != nil }
            }
            try await database.on()
            await database.server.close()
            #expect(try await fixture.states() == ["leased": 30])
            try await fixture.outlive()
            _ = try await fixture.release.once()
            #expect(try await fixture.states() == ["retrying": 30])
        }
    }
}
