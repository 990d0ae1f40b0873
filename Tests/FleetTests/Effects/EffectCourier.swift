import AMQP
import Foundation
import Ledger
import Observability
import Postgres
import Rights
import ServiceLifecycle

@testable import Fleet

/// Carries hints from the outbox to a handler, as dispatcher, broker and consumer do together: what could not be handled is
/// brought again.
struct EffectCourier: Service {
    let fixture: EffectFixture
    let pool: PostgresPool
    let handler: EffectHandler<ScriptedPerformer, ScriptedPlanner>

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // In a task of its own: what was taken out of the outbox is brought to its end.
                if await (Task { await once() }).value == 0 {
                    do { try await Task.sleep(for: .milliseconds(2)) } catch { return }
                }
            }
        }
    }

    /// Brings what there is, up to ten messages; answers how many there were.
    func once() async -> Int {
        guard let deliveries = try? await fixture.hints(limit: 10), !deliveries.isEmpty else { return 0 }
        while true {
            do {
                let items = try await handler.prepare(deliveries)
                _ = try await pool.withConnection { try await handler.commit(items, on: $0) }
                return deliveries.count
            } catch {
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
    }
}

extension EffectFixture {
    /// Takes hints about effects out of the outbox.
    func hints(limit: Int) async throws -> [Delivery] {
        let bodies = try await owner.withConnection { connection in
            try await connection.query(
                """
                WITH taken AS (
                  DELETE FROM habeas.outbox_pending WHERE id IN (
                    SELECT p.id FROM habeas.outbox_pending p JOIN habeas.outbox o USING (id)
                     WHERE o.routing_key = \(Topology.effects(of: .referral)) ORDER BY o.id LIMIT \(limit) FOR UPDATE OF p SKIP LOCKED)
                  RETURNING id)
                SELECT o.body FROM habeas.outbox o JOIN taken USING (id) ORDER BY o.id
                """
            ).decode(as: [UInt8].self)
        }
        return bodies.map(Self.delivery)
    }

    /// A hint about these effects.
    static func hint(_ ids: [UUID]) -> Delivery {
        let list = ids.map { "\"\($0.uuidString.lowercased())\"" }.joined(separator: ",")
        return delivery(Array(#"{"v":1,"ids":[\#(list)]}"#.utf8))
    }

    private static func delivery(_ body: [UInt8]) -> Delivery {
        Delivery(
            tag: DeliveryTag(generation: 1, tag: 1),
            exchange: Topology.work,
            routingKey: Topology.effects(of: .referral),
            redelivered: false,
            properties: Properties(),
            body: body,
            announcedSize: body.count
        )
    }

    /// Runs crews, couriers and, if wanted, the clock while `body` runs, then shuts them down gracefully and waits for their end.
    func running(
        _ performer: ScriptedPerformer,
        _ planner: ScriptedPlanner = ScriptedPlanner(),
        on pool: PostgresPool? = nil,
        claimingOn claims: PostgresPool? = nil,
        crews: Int = 1,
        lanes: Int = 2,
        capacity: Int = 600,
        drain: Duration = .seconds(20),
        clock: Bool = true,
        _ body: (RunningCrew) async throws -> Void
    ) async throws {
        let pool = pool ?? worker
        let gate = OutageGate(pool: pool, logger: Self.quiet)
        var services: [any Service] = []
        var running: [EffectCrew<ScriptedPerformer, ScriptedPlanner>] = []
        let metrics = MetricsRegistry()
        for index in 0..<crews {
            let counted = EffectMetrics(metrics)
            let pace = CallPace()
            let crew = EffectCrew(
                name: "test-\(index)",
                performer: performer,
                work: work(planner, pace: pace),
                pool: pool,
                dispatcher: dispatcher,
                gate: gate,
                capacity: capacity,
                drainBudget: drain,
                pace: pace,
                metrics: counted,
                logger: Self.quiet
            )
            running.append(crew)
            services.append(crew)
            let handler = EffectHandler(
                claim(performer, pace: pace),
                crew: crew,
                queue: Topology.effects(of: .referral),
                registry: registry,
                ring: ring,
                metrics: counted
            )
            for _ in 0..<lanes { services.append(EffectCourier(fixture: self, pool: claims ?? pool, handler: handler)) }
        }
        if clock { services.append(release) }
        let group = ServiceGroup(
            configuration: .init(services: services.map { .init(service: $0) }, logger: Self.quiet)
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body(RunningCrew(group: group, gate: gate, crews: running, metrics: metrics))
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

/// Crews under test, from outside.
struct RunningCrew: Sendable {
    let group: ServiceGroup
    let gate: OutageGate
    let crews: [EffectCrew<ScriptedPerformer, ScriptedPlanner>]
    let metrics: MetricsRegistry

    var unwritten: Bool { !metrics.exposition().contains("habeas_effects_unwritten_total 0") }
}
