import AMQP
import Foundation
import Ledger
import Observability
import Postgres
import ServiceLifecycle
import TestKit
import Testing

@testable import Fleet

@Suite("The outbox", .broker, .database)
struct OutboxTests {
    static func row(_ kind: OutboxRow.Kind, to key: String = "habeas.referral", at time: Date) -> OutboxRow {
        OutboxRow(
            id: .version7(at: time),
            kind: kind,
            exchange: kind == .outcome ? Topology.outcomes : Topology.work,
            routingKey: key,
            messageType: "test",
            subjectID: UUID(),
            body: Array("{}".utf8),
            createdAt: time
        )
    }

    private func insert(_ rows: [OutboxRow], grace: Duration, _ fixture: RuntimeFixture) async throws {
        var writes = OutboxWrites(grace: grace)
        for row in rows { writes.add(row) }
        let statements = writes.statements
        _ = try await fixture.owner.withConnection { try await $0.pipeline(statements) }
    }

    private func with(_ body: (RuntimeFixture, AMQPPublisher, OutboxMetrics) async throws -> Void) async throws {
        try await RuntimeFixture.with { fixture in
            try await fixture.admin.declare(exchange: Topology.outcomes, type: "topic")
            try await fixture.admin.declare(exchange: Topology.work, type: "direct")
            try await fixture.admin.declare(queue: "heard")
            try await fixture.admin.bind(queue: "heard", exchange: Topology.outcomes, routingKey: "publisher.desk.#")
            let publisher = AMQPPublisher(
                configuration: try fixture.host.configuration(name: "outbox"),
                logger: RuntimeFixture.quiet
            )
            try await body(fixture, publisher, OutboxMetrics(MetricsRegistry()))
            await publisher.close()
        }
    }

    private func states(_ fixture: RuntimeFixture) async throws -> [String] {
        try await fixture.owner.withConnection {
            try await $0.query("SELECT routing_key || ' ' || state FROM habeas.outbox_state ORDER BY 1").decode(
                as: String.self
            )
        }
    }

    @Test(
        "is published at once: what is confirmed was sent, an outcome without a listener is unheard, a wake-up without a queue stays"
    )
    func dispatch() async throws {
        try await with { fixture, publisher, metrics in
            let now = Date()
            let rows = [
                Self.row(.outcome, to: "publisher.desk.x", at: now),
                Self.row(.outcome, to: "publisher.nobody.x", at: now),
                Self.row(.wakeUp, to: "habeas.missing", at: now), Self.row(.task, to: "no-such-system", at: now),
            ]
            try await insert(rows, grace: .seconds(3_600), fixture)
            let dispatcher = OutboxDispatcher(
                publisher: publisher,
                pool: fixture.owner,
                metrics: metrics,
                logger: RuntimeFixture.quiet
            )
            dispatcher.dispatch(rows)
            let group = ServiceGroup(
                configuration: .init(services: [.init(service: dispatcher)], logger: RuntimeFixture.quiet)
            )
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await expectSoon {
                    try await fixture.count("SELECT count(*) FROM habeas.outbox_state WHERE state <> 'pending'") == 2
                }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            #expect(
                try await states(fixture) == [
                    "habeas.missing pending", "no-such-system pending", "publisher.desk.x sent",
                    "publisher.nobody.x unheard",
                ]
            )
            let heard = try #require(try await fixture.admin.get(queue: "heard"))
            #expect(heard.properties.messageID == rows[0].id.uuidString.lowercased())
            #expect(heard.properties.deliveryMode == .persistent)
            #expect(heard.properties.contentType == "application/cloudevents+json")
            try await fixture.admin.acknowledge(heard.tag)
            #expect(try await fixture.admin.get(queue: "heard") == nil)
        }
    }

    @Test("sends what is handed over even when the shutdown comes right after it")
    func shutdownDrains() async throws {
        try await with { fixture, publisher, metrics in
            let now = Date()
            let rows = (0..<2_500).map { _ in Self.row(.outcome, to: "publisher.desk.x", at: now) }
            try await insert(rows, grace: .seconds(3_600), fixture)
            let dispatcher = OutboxDispatcher(
                publisher: publisher,
                pool: fixture.owner,
                metrics: metrics,
                logger: RuntimeFixture.quiet
            )
            let group = ServiceGroup(
                configuration: .init(services: [.init(service: dispatcher)], logger: RuntimeFixture.quiet)
            )
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                dispatcher.dispatch(Array(rows[..<1]))
                try await expectSoon {
                    try await fixture.count("SELECT count(*) FROM habeas.outbox_state WHERE state = 'sent'") == 1
                }
                dispatcher.dispatch(Array(rows[1...]))
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.outbox_state WHERE state = 'sent'") == rows.count
            )
            try await expectSoon { try await fixture.admin.passiveDeclare(queue: "heard").messages == rows.count }
        }
    }

    @Test("leaves what its bound does not hold to the relay, and never makes the writer wait")
    func bound() async throws {
        try await with { fixture, publisher, metrics in
            let dispatcher = OutboxDispatcher(
                publisher: publisher,
                pool: fixture.owner,
                metrics: metrics,
                logger: RuntimeFixture.quiet
            )
            let row = Self.row(.wakeUp, at: Date())
            // Nobody drains it: the broker might as well be blocked.
            dispatcher.dispatch(Array(repeating: row, count: 19_999))
            #expect(metrics.leftToRelay.value == 0)
            dispatcher.dispatch(Array(repeating: row, count: 6))
            #expect(metrics.leftToRelay.value == 5)
            dispatcher.dispatch([row])
            #expect(metrics.leftToRelay.value == 6)
        }
    }

    @Test("is relayed when its writer died, once its time has come")
    func relay() async throws {
        try await with { fixture, publisher, metrics in
            let relay = OutboxRelay(
                publisher: publisher,
                pool: fixture.owner,
                interval: .seconds(1),
                metrics: metrics,
                logger: RuntimeFixture.quiet
            )
            let now = Date()
            try await insert([Self.row(.outcome, to: "publisher.desk.later", at: now)], grace: .seconds(3_600), fixture)
            #expect(try await relay.relayOnce() == 0)
            try await insert([Self.row(.outcome, to: "publisher.desk.due", at: now)], grace: .zero, fixture)
            #expect(try await relay.relayOnce() == 1)
            #expect(try await relay.relayOnce() == 0)
            #expect(try await states(fixture) == ["publisher.desk.due sent", "publisher.desk.later pending"])
        }
    }

    @Test("keeps a wake-up whose queue is missing, backs off, and sends it when the queue appears")
    func queueAppears() async throws {
        try await with { fixture, publisher, metrics in
            let relay = OutboxRelay(
                publisher: publisher,
                pool: fixture.owner,
                interval: .seconds(1),
                metrics: metrics,
                logger: RuntimeFixture.quiet
            )
            try await insert([Self.row(.wakeUp, to: "habeas.referral", at: Date())], grace: .zero, fixture)
            #expect(try await relay.relayOnce() == 1)
            #expect(try await states(fixture) == ["habeas.referral pending"])
            #expect(
                try await fixture.count(
                    """
                    SELECT count(*) FROM habeas.outbox_pending
                     WHERE attempts = 1 AND next_attempt_at BETWEEN now() + interval '10 seconds' AND now() + interval '31 seconds'
                    """
                ) == 1
            )
            #expect(try await relay.relayOnce() == 0)
            try await fixture.admin.declare(queue: "habeas.referral")
            try await fixture.admin.bind(
                queue: "habeas.referral",
                exchange: Topology.work,
                routingKey: "habeas.referral"
            )
            _ = try await fixture.owner.withConnection {
                try await $0.query("UPDATE habeas.outbox_pending SET next_attempt_at = now()")
            }
            #expect(try await relay.relayOnce() == 1)
            #expect(try await states(fixture) == ["habeas.referral sent"])
            try await expectSoon { try await fixture.admin.passiveDeclare(queue: "habeas.referral").messages == 1 }
        }
    }

    @Test("is claimed by one relay at a time, however many there are")
    func copies() async throws {
        try await with { fixture, publisher, metrics in
            let now = Date()
            let rows = (0..<3_000).map { _ in Self.row(.outcome, to: "publisher.desk.x", at: now) }
            try await insert(rows, grace: .zero, fixture)
            let pool = PostgresPool(configuration: fixture.database, size: 8, logger: RuntimeFixture.quiet)
            let relay = OutboxRelay(
                publisher: publisher,
                pool: pool,
                interval: .seconds(1),
                metrics: metrics,
                logger: RuntimeFixture.quiet
            )
            let claimed = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var sum = 0
                        while true {
                            let count = try await relay.relayOnce()
                            if count == 0 { return sum }
                            sum += count
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            await pool.shutdown()
            #expect(claimed == rows.count)
            #expect(
                try await fixture.count("SELECT count(*) FROM habeas.outbox_state WHERE state = 'sent'") == rows.count
            )
            try await expectSoon { try await fixture.admin.passiveDeclare(queue: "heard").messages == rows.count }
        }
    }

    @Test("gives up an outcome that the broker refuses again and again, and never a wake-up")
    func refused() async throws {
        try await with { fixture, publisher, metrics in
            // A full queue that refuses is how a broker says no.
            try await fixture.admin.declare(
                queue: "full",
                arguments: ["x-max-length": 1, "x-overflow": "reject-publish"]
            )
            try await fixture.admin.bind(queue: "full", exchange: Topology.outcomes, routingKey: "publisher.full.#")
            try await fixture.admin.bind(queue: "full", exchange: Topology.work, routingKey: "full")
            let now = Date()
            let relay = OutboxRelay(
                publisher: publisher,
                pool: fixture.owner,
                interval: .seconds(1),
                metrics: metrics,
                logger: RuntimeFixture.quiet
            )
            try await insert([Self.row(.outcome, to: "publisher.full.first", at: now)], grace: .zero, fixture)
            _ = try await relay.relayOnce()
            try await insert(
                [Self.row(.outcome, to: "publisher.full.x", at: now), Self.row(.wakeUp, to: "full", at: now)],
                grace: .zero,
                fixture
            )
            for attempt in 1...25 {
                _ = try await relay.relayOnce()
                _ = try await fixture.owner.withConnection {
                    try await $0.query("UPDATE habeas.outbox_pending SET next_attempt_at = now()")
                }
                if attempt == 19 {
                    #expect(
                        try await states(fixture) == [
                            "full pending", "publisher.full.first sent", "publisher.full.x pending",
                        ]
                    )
                }
            }
            #expect(
                try await states(fixture) == [
                    "full pending", "publisher.full.first sent", "publisher.full.x undelivered",
                ]
            )
        }
    }

    @Test("An answer of the broker settles a row only as its kind allows")
    func settlement() {
        func settled(_ kind: OutboxRow.Kind, _ outcome: PublishOutcome) -> OutboxSettlement? {
            OutboxSettlement(Self.row(kind, at: Date()), outcome)
        }
        let unroutable = PublishOutcome.unroutable(code: 312, text: "NO_ROUTE")
        for kind in [OutboxRow.Kind.wakeUp, .outcome, .task] {
            #expect(settled(kind, .confirmed) == .sent)
            #expect(settled(kind, .nacked) == nil)
            #expect(settled(kind, .unknown(.connectionLost)) == nil)
        }
        #expect(settled(.outcome, unroutable) == .unheard)
        #expect(settled(.wakeUp, unroutable) == nil)
        #expect(settled(.task, unroutable) == nil)
    }
}
