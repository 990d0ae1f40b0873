import AMQP
import Foundation
import Ledger
import Observability
import Postgres
import Rights
import ServiceLifecycle
import TestKit
import Testing

@testable import Fleet

/// The whole way, over a real broker: planned, hinted, claimed, performed, entered.
@Suite("A worker with effects", .broker, .database)
struct EffectWorkerTests {
    static let work = WorkQueue.referral.rawValue
    static let effects = Topology.effects(of: .referral)

    /// Exchange and queues as the topology has them.
    func declare(_ host: VirtualHost) async throws -> AMQPChannel {
        let channel = try await host.openChannel()
        try await channel.declare(exchange: Topology.work, type: "direct")
        for queue in [Self.work, Self.effects] {
            try await channel.declare(queue: queue, arguments: ["x-queue-type": "quorum"])
            try await channel.bind(queue: queue, exchange: Topology.work, routingKey: queue)
        }
        return channel
    }

    /// Runs one worker process's services and the clock's, shuts them down, and waits for their end.
    func running(
        _ fixture: EffectFixture,
        _ host: VirtualHost,
        _ performer: ScriptedPerformer,
        _ planner: ScriptedPlanner = ScriptedPlanner(),
        _ body: () async throws -> Void
    ) async throws {
        let metrics = MetricsRegistry()
        let quiet = EffectFixture.quiet
        let gate = OutageGate(pool: fixture.worker, logger: quiet)
        let publisher = AMQPPublisher(configuration: try host.configuration(name: "worker-publishes"), logger: quiet)
        let dispatcher = OutboxDispatcher(
            publisher: publisher,
            pool: fixture.worker,
            metrics: OutboxMetrics(metrics),
            logger: quiet
        )
        let work = fixture.work(planner)
        let counted = EffectMetrics(metrics)
        let crew = EffectCrew(
            name: "worker",
            performer: performer,
            work: work,
            pool: fixture.worker,
            dispatcher: dispatcher,
            gate: gate,
            drainBudget: .seconds(10),
            metrics: counted,
            logger: quiet
        )
        func consume<Handler: BatchHandler>(_ queue: String, _ handler: Handler) throws -> BatchWorker<Handler> {
            BatchWorker(
                consumer: AMQPConsumer(
                    configuration: try host.configuration(name: "worker-consumes"),
                    queue: queue,
                    prefetch: 50,
                    batch: BatchLimits(count: 20, linger: .milliseconds(2)),
                    logger: quiet
                ),
                handler: handler,
                pool: fixture.worker,
                dispatcher: dispatcher,
                gate: gate,
                lanes: 2,
                drainBudget: .seconds(10),
                metrics: BatchMetrics(metrics),
                logger: quiet
            )
        }
        let handler = EffectHandler(
            fixture.claim(performer),
            crew: crew,
            queue: Self.effects,
            registry: fixture.registry,
            ring: fixture.ring,
            metrics: counted
        )
        let release = EffectRelease(
            pool: fixture.clock,
            dispatcher: dispatcher,
            interval: .milliseconds(20),
            metrics: metrics,
            logger: quiet
        )
        let relay = OutboxRelay(
            publisher: publisher,
            pool: fixture.clock,
            interval: .milliseconds(20),
            metrics: OutboxMetrics(metrics),
            logger: quiet
        )
        let services: [any Service] = [
            publisher, dispatcher, relay, release, crew, try consume(Self.effects, handler),
            try consume(Self.work, CaseWakeHandler(work, ring: fixture.ring)),
        ]
        let group = ServiceGroup(
            configuration: .init(services: services.map { .init(service: $0) }, logger: quiet)
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body()
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    func publish(_ host: VirtualHost, _ queue: String, _ bodies: [String]) async throws {
        let publisher = AMQPPublisher(configuration: try host.configuration(name: "test"), logger: EffectFixture.quiet)
        let messages = bodies.map { body in
            var properties = Properties()
            properties.deliveryMode = .persistent
            properties.messageID = UUID().uuidString
            return Message(
                exchange: "",
                routingKey: queue,
                mandatory: true,
                properties: properties,
                body: Array(body.utf8)
            )
        }
        #expect(await publisher.publish(messages).allSatisfy { $0 == .confirmed })
        await publisher.close()
    }

    @Test("a wake-up becomes a plan, its effects are performed once, and their outcomes end the case's turn")
    func wholeWay() async throws {
        let host = try #require(VirtualHost.current)
        let channel = try await declare(host)
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(60)
            try await fixture.targets(["t", "u"], inFlight: 8)
            let planner = ScriptedPlanner(decide: { desk in
                for id in desk.ids where desk.effects(of: id).isEmpty {
                    for target in ["t", "u"] {
                        desk.plan(
                            PlannedEffect(
                                .clientReferral,
                                of: .referral,
                                to: target,
                                case: id,
                                clientID: "c0",
                                attemptsAllowed: 3,
                                at: desk.now
                            )
                        )
                    }
                }
                for id in desk.ids where desk.effects(of: id).allSatisfy({ $0.state == .done }) {
                    desk.record("test.answered", of: id) { _ in }
                }
            })
            let performer = ScriptedPerformer()
            try await running(fixture, host, performer, planner) {
                let text = cases.map { #""\#($0.uuidString.lowercased())""# }
                for start in stride(from: 0, to: 60, by: 20) {
                    // Twice: a wake-up may come again.
                    let body = #"{"v":1,"ids":[\#(text[start..<start + 20].joined(separator: ","))],"more":{"a":[1]}}"#
                    try await publish(host, Self.work, [body, body])
                }
                try await expectSoon { try await fixture.states() == ["done": 120] }
            }
            #expect(performer.book.calls.values.allSatisfy { $0 == 1 })
            #expect(performer.book.most.values.allSatisfy { $0 <= 8 })
            for id in cases {
                let facts = try await fixture.facts(id)
                #expect(facts.filter { $0 == "effect.planned" }.count == 2)
                #expect(facts.filter { $0 == "effect.done" }.count == 2)
                #expect(facts.contains("test.answered"))
            }
            #expect(try await fixture.brokenChains() == [])
        }
        await channel.close()
    }

    @Test(
        "hints that the broker lost are let go again; messages that are none of ours are set aside, under the worker's role"
    )
    func lost() async throws {
        let host = try #require(VirtualHost.current)
        let channel = try await declare(host)
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(10)
            try await fixture.targets(["t"], inFlight: 100)
            try await fixture.plan(100, of: cases, to: "t")
            // Let go, and the hints gone with the broker's disk.
            #expect(try await fixture.letGo().count == 100)
            _ = try await fixture.hints(limit: 100)
            let performer = ScriptedPerformer()
            try await running(fixture, host, performer) {
                try await publish(host, Self.effects, ["nonsense", #"{"v":1,"ids":["x"]}"#])
                try await publish(host, Self.work, ["nonsense", #"{"v":1,"ids":7}"#, "{}"])
                try await expectSoon { try await fixture.count("SELECT count(*) FROM habeas.parked_message") == 5 }
                try await fixture.outlive()
                try await expectSoon { try await fixture.states() == ["done": 100] }
            }
            #expect(performer.book.calls.values.allSatisfy { $0 == 1 })
            #expect(try await fixture.brokenChains() == [])
        }
        await channel.close()
    }

    @Test(
        "nothing is lost or doubled however often worker and clock are restarted and the broker closes their connections"
    )
    func storm() async throws {
        let host = try #require(VirtualHost.current)
        let channel = try await declare(host)
        try await EffectFixture.with { fixture in
            let cases = try await fixture.cases(20)
            try await fixture.targets(["t", "u"], inFlight: 25)
            let performer = ScriptedPerformer()
            for round in 0..<6 {
                for target in ["t", "u"] { try await fixture.plan(60, of: cases, to: target) }
                let goal = performer.book.ended + round * 20
                try await running(fixture, host, performer) {
                    try await expectSoon { performer.book.ended >= goal }
                    if round == 3 { try await host.closeConnections(named: "worker-consumes") }
                }
                #expect(try await fixture.states()["leased"] == nil)
            }
            try await running(fixture, host, performer) {
                try await expectSoon {
                    // What was let go while its worker ended waits for its hint's time.
                    _ = try await fixture.owner.withConnection {
                        try await $0.query("UPDATE habeas.effect SET next_attempt_at = now() WHERE state = 'released'")
                    }
                    return try await fixture.states() == ["done": 720]
                }
            }
            #expect(performer.book.calls.count == 720)
            #expect(performer.book.calls.values.allSatisfy { $0 == 1 })
            #expect(try await fixture.brokenChains() == [])
        }
        await channel.close()
    }
}
