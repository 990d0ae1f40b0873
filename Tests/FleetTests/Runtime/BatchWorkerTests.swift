import AMQP
import Foundation
import Ledger
import Observability
import Postgres
import ServiceLifecycle
import TestKit
import Testing

@testable import Fleet

@Suite("A batch worker", .broker, .database)
struct BatchWorkerTests {
    static func words(_ count: Int, _ prefix: String = "w") -> [String] {
        (0..<count).map { "\(prefix)\(1_000_000 + $0)" }
    }

    /// Raises an error of that state, in the transaction that `connection` is in.
    static func fail(_ state: String, on connection: PostgresConnection) async throws {
        try await connection.execute("DO $$ BEGIN RAISE EXCEPTION 'test' USING ERRCODE = '\(state)'; END $$")
    }

    @Test("commits every message once and acknowledges it afterwards")
    func plain() async throws {
        try await RuntimeFixture.with { fixture in
            let words = Self.words(500)
            try await fixture.publish(words)
            try await fixture.running(WordHandler()) { worker in
                try await expectSoon { try await fixture.effects().count == words.count }
                #expect(await eventually { worker.metrics.handled.value == 500 })
            }
            #expect(try await fixture.effects() == words)
            try await expectSoon { try await fixture.ready() == 0 }
        }
    }

    @Test("finds the guilty messages by halves and parks them; their neighbours commit exactly once")
    func guilty() async throws {
        try await RuntimeFixture.with { fixture in
            let words = Self.words(64)
            var mixed = words
            for (index, place) in [0, 17, 18, 66].enumerated() { mixed.insert("poison\(index)", at: place) }
            try await fixture.publish(mixed)
            try await fixture.running(WordHandler(), batch: 68) { _ in
                try await expectSoon { try await fixture.parked().count == 4 }
                try await expectSoon { try await fixture.effects().count == 64 }
            }
            #expect(try await fixture.effects() == words)
            #expect(try await fixture.parked() == (0..<4).map { "poison\($0) unstorable" })
            #expect(try await fixture.count("SELECT count(*) FROM habeas.message_attempt") == 0)
            try await expectSoon { try await fixture.ready() == 0 }
        }
    }

    @Test("takes a decision that throws for the message's fault, not for an outage")
    func decisionThrows() async throws {
        struct Undecided: Error {}
        try await RuntimeFixture.with { fixture in
            try await fixture.publish(Self.words(9) + ["odd"])
            let handler = WordHandler(reading: { words in if words.contains("odd") { throw Undecided() } })
            try await fixture.running(handler) { _ in
                try await expectSoon { try await fixture.effects().count == 9 }
                try await expectSoon { try await fixture.parked() == ["odd unstorable"] }
            }
        }
    }

    @Test("runs a batch again that lost against another transaction", arguments: ["40001", "40P01"])
    func conflict(_ state: String) async throws {
        try await RuntimeFixture.with { fixture in
            let losses = Notes<Int>()
            let handler = WordHandler(writing: { words, connection in
                guard await losses.all.count < 2 else { return }
                await losses.add(words.count)
                try await Self.fail(state, on: connection)
            })
            try await fixture.publish(Self.words(5))
            try await fixture.running(handler, lanes: 1) { worker in
                try await expectSoon { try await fixture.effects().count == 5 }
                #expect(worker.metrics.reruns.value == 2)
            }
            #expect(try await fixture.effects() == Self.words(5))
            #expect(try await fixture.parked().isEmpty)
        }
    }

    @Test("waits while the database is away, burns no attempt, and goes on without help")
    func outage() async throws {
        try await RuntimeFixture.with { fixture in
            let name = try #require(fixture.database.keywords["dbname"])
            try await fixture.running(WordHandler()) { worker in
                try await fixture.publish(Self.words(20, "before"))
                try await expectSoon { try await fixture.effects().count == 20 }
                let server = try await PostgresConnection.connect(try DatabaseServer.configuration)
                _ = try await server.query("ALTER DATABASE \(identifier: name) ALLOW_CONNECTIONS false")
                _ = try await server.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = \(name) AND application_name = \(RuntimeFixture.application)"
                )
                try await fixture.publish(Self.words(50, "during"))
                #expect(await eventually { worker.metrics.outages.value >= 2 })
                #expect(await worker.gate.since != nil)
                #expect(worker.metrics.handled.value == 20)
                _ = try await server.query("ALTER DATABASE \(identifier: name) ALLOW_CONNECTIONS true")
                await server.close()
                #expect(await eventually { worker.metrics.handled.value == 70 })
                #expect(await eventually { await worker.gate.since == nil })
            }
            #expect(try await fixture.effects() == Self.words(20, "before") + Self.words(50, "during"))
            #expect(try await fixture.parked().isEmpty)
            #expect(try await fixture.count("SELECT count(*) FROM habeas.message_attempt") == 0)
            try await expectSoon { try await fixture.ready() == 0 }
        }
    }

    @Test("is not ready while a table is missing, parks nobody for it, and goes on once it is there")
    func defect() async throws {
        try await RuntimeFixture.with { fixture in
            try await fixture.owner.withConnection {
                try await $0.execute("ALTER TABLE effect RENAME TO effect_away")
            }
            try await fixture.publish(Self.words(20))
            try await fixture.running(WordHandler()) { worker in
                #expect(await eventually { await worker.gate.refusal == "42P01" })
                #expect(worker.metrics.handled.value == 0)
                try await fixture.owner.withConnection {
                    try await $0.execute("ALTER TABLE effect_away RENAME TO effect")
                }
                #expect(await eventually { worker.metrics.handled.value == 20 })
                #expect(await eventually { await worker.gate.refusal == nil })
            }
            #expect(try await fixture.effects() == Self.words(20))
            #expect(try await fixture.parked().isEmpty)
        }
    }

    @Test("ends within its budget while the database is away; what it holds waits in the queue")
    func shutdownInOutage() async throws {
        try await RuntimeFixture.with { fixture in
            let name = try #require(fixture.database.keywords["dbname"])
            let server = try await PostgresConnection.connect(try DatabaseServer.configuration)
            try await fixture.publish(Self.words(30))
            _ = try await server.query("ALTER DATABASE \(identifier: name) ALLOW_CONNECTIONS false")
            try await fixture.running(WordHandler(), drain: .milliseconds(100)) { worker in
                #expect(await eventually { await worker.gate.since != nil })
            }
            _ = try await server.query("ALTER DATABASE \(identifier: name) ALLOW_CONNECTIONS true")
            await server.close()
            try await expectSoon { try await fixture.ready() == 30 }
            #expect(try await fixture.effects().isEmpty)
        }
    }

    @Test("survives the end of its sessions again and again, and parks nobody for it")
    func terminated() async throws {
        try await RuntimeFixture.with { fixture in
            let name = try #require(fixture.database.keywords["dbname"])
            let words = Self.words(1_000)
            try await fixture.running(WordHandler(remembers: true)) { worker in
                try await fixture.publish(words)
                let server = try await PostgresConnection.connect(try DatabaseServer.configuration)
                for goal in stride(from: UInt64(100), through: 900, by: 100) {
                    #expect(await eventually { worker.metrics.handled.value >= goal })
                    _ = try await server.query(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = \(name) AND application_name = \(RuntimeFixture.application)"
                    )
                }
                await server.close()
                #expect(await eventually { worker.metrics.handled.value == 1_000 })
            }
            #expect(try await fixture.count("SELECT count(*) FROM effect") == words.count)
            #expect(try await fixture.count("SELECT count(DISTINCT word) FROM effect") == words.count)
            #expect(try await fixture.parked().isEmpty)
        }
    }

    @Test("ends with one effect when the line is cut between the commit and its answer")
    func cutCommit() async throws {
        try await RuntimeFixture.with { fixture in
            let proxy = try DatabaseProxy(before: fixture.database)
            defer { proxy.close() }
            let words = Self.words(60)
            try await fixture.running(WordHandler(remembers: true), on: proxy.configuration(for: fixture.database)) {
                worker in
                proxy.swallowCommits()
                try await fixture.publish(words)
                #expect(await eventually { worker.metrics.outages.value >= 3 })
                proxy.swallowCommits(false)
                #expect(await eventually { worker.metrics.handled.value == 60 })
            }
            #expect(try await fixture.effects() == words)
            #expect(try await fixture.parked().isEmpty)
            try await expectSoon { try await fixture.ready() == 0 }
        }
    }

    @Test("handles a message that came back twice alone, its attempt on record before it is opened")
    func suspect() async throws {
        try await RuntimeFixture.with { fixture in
            try await fixture.publish(["suspect"])
            try await fixture.returnEverything(times: 2)
            try await fixture.publish(Self.words(5))
            let batches = Notes<[String]>()
            let attempts = Notes<Int>()
            let handler = WordHandler(reading: { words in
                await batches.add(words)
                guard words.contains("suspect") else { return }
                await attempts.add(
                    try await fixture.count("SELECT attempts FROM habeas.message_attempt WHERE message_key = 'suspect'")
                )
            })
            try await fixture.running(handler) { _ in
                try await expectSoon { try await fixture.effects().count == 6 }
                try await expectSoon { try await fixture.count("SELECT count(*) FROM habeas.message_attempt") == 0 }
            }
            #expect(await batches.all.contains(["suspect"]))
            #expect(await !batches.all.contains { $0.count > 1 && $0.contains("suspect") })
            #expect(await attempts.all == [1])
        }
    }

    @Test("parks a message unopened once five workers have died of it")
    func fiveDeaths() async throws {
        try await RuntimeFixture.with { fixture in
            try await fixture.publish(["deadly"])
            try await fixture.returnEverything(times: 2)
            let opened = Notes<String>()
            let deadly = WordHandler(reading: { words in
                await opened.add(words[0])
                // Until it is killed.
                try await Task.sleep(for: .seconds(3_600))
            })
            for death in 1...5 {
                try await fixture.running(deadly, drain: .zero, ending: .byCancellation) { _ in
                    #expect(await eventually { await opened.all.count == death })
                }
                #expect(try await fixture.count("SELECT attempts FROM habeas.message_attempt") == death)
            }
            try await fixture.publish(Self.words(3))
            try await fixture.running(WordHandler()) { _ in
                try await expectSoon { try await fixture.parked() == ["deadly attempts_exhausted"] }
                try await expectSoon { try await fixture.effects().count == 3 }
            }
            #expect(await opened.all.count == 5)
            #expect(try await fixture.effects() == Self.words(3))
            #expect(try await fixture.count("SELECT count(*) FROM habeas.message_attempt") == 0)
            try await expectSoon { try await fixture.ready() == 0 }
        }
    }

    @Test("tries again to park what could not be parked, and keeps the message until then")
    func parkingFails() async throws {
        struct NotNow: Error {}
        try await RuntimeFixture.with { fixture in
            let tries = Notes<String>()
            let handler = WordHandler(parking: { word in
                await tries.add(word)
                if await tries.all.count < 3 { throw NotNow() }
            })
            try await fixture.publish(["poison"])
            try await fixture.running(handler) { _ in
                try await expectSoon { try await fixture.parked() == ["poison unstorable"] }
            }
            #expect(await tries.all.count == 3)
            try await expectSoon { try await fixture.ready() == 0 }
        }
    }

    @Test(
        "drains what it holds when it is shut down: what was committed was acknowledged, what was not waits in the queue"
    )
    func drain() async throws {
        try await RuntimeFixture.with { fixture in
            let words = Self.words(300)
            try await fixture.publish(words)
            let door = Door()
            let handler = WordHandler(writing: { _, _ in await door.pass() })
            try await fixture.running(handler, prefetch: 50) { worker in
                #expect(await eventually { await door.arrivals == 2 })
                await worker.group.triggerGracefulShutdown()
                #expect(await eventually { !worker.consumer.health.isConsumerRegistered })
                await door.open()
            }
            let effects = try await fixture.effects()
            #expect(effects.count >= 20 && effects.count < 300)
            #expect(Set(effects).count == effects.count)
            try await expectSoon { try await fixture.ready() == words.count - effects.count }
        }
    }

    @Test("gives up a drain when its budget is spent, and what hangs goes back to the queue")
    func budget() async throws {
        try await RuntimeFixture.with { fixture in
            try await fixture.publish(Self.words(10))
            let opened = Notes<Int>()
            let handler = WordHandler(reading: { words in
                await opened.add(words.count)
                try await Task.sleep(for: .seconds(3_600))
            })
            try await fixture.running(handler, drain: .milliseconds(50)) { _ in
                #expect(await eventually { await !opened.all.isEmpty })
            }
            #expect(try await fixture.effects().isEmpty)
            #expect(try await fixture.parked().isEmpty)
            try await expectSoon { try await fixture.ready() == 10 }
        }
    }

    @Test("loses and doubles nothing however often it is started and stopped")
    func storm() async throws {
        try await RuntimeFixture.with { fixture in
            let words = Self.words(1_500)
            // Now and then the broker gives out again what was acknowledged right before the end of a connection.
            let handler = WordHandler(remembers: true)
            for round in 0..<12 {
                try await fixture.publish(Array(words[(round * 125)..<(round * 125 + 125)]))
                let goal = UInt64((round % 4) * 25)
                try await fixture.running(handler, lanes: 3) { worker in
                    #expect(await eventually { worker.consumer.health.connections > 0 })
                    #expect(await eventually { worker.metrics.handled.value >= goal })
                }
            }
            try await fixture.running(handler, batch: 100) { _ in
                try await expectSoon { try await fixture.effects().count >= words.count }
            }
            let effects = try await fixture.effects()
            #expect(effects.count == words.count)
            #expect(Set(effects) == Set(words))
            try await expectSoon { try await fixture.ready() == 0 }
        }
    }

    @Test("goes on after the broker has closed its connection; what comes twice has one effect")
    func brokerCloses() async throws {
        try await RuntimeFixture.with { fixture in
            let words = Self.words(200)
            try await fixture.running(WordHandler(remembers: true)) { worker in
                try await fixture.publish(Array(words[..<100]))
                #expect(await eventually { worker.metrics.handled.value >= 100 })
                #expect(try await fixture.host.closeConnections(named: "worker-consumes") > 0)
                try await fixture.publish(Array(words[100...]))
                try await expectSoon { try await fixture.effects().count == 200 }
                #expect(worker.consumer.health.connections >= 2)
            }
            #expect(try await fixture.effects() == words)
            try await expectSoon { try await fixture.ready() == 0 }
        }
    }
}
