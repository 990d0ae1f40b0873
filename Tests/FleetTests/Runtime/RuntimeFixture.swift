import AMQP
import Foundation
import Ledger
import Logging
import Observability
import Postgres
import ServiceLifecycle
import TestKit

@testable import Fleet

/// A queue of a real broker and a migrated database of a test's own, and workers that carry one to the other.
struct RuntimeFixture: Sendable {
    static let queue = "work"
    /// What the sessions of a worker are called, to tell them from the test's own.
    static let application = "worker"
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    let owner: PostgresPool
    let database: PostgresConfiguration
    let host: VirtualHost
    let admin: AMQPChannel
    let publisher: AMQPPublisher

    static func with(_ body: (RuntimeFixture) async throws -> Void) async throws {
        guard let host = VirtualHost.current else { throw NoVirtualHost() }
        let database = try Database.current
        let fixture = RuntimeFixture(
            owner: PostgresPool(configuration: database, size: 2, logger: quiet),
            database: database,
            host: host,
            admin: try await host.openChannel(),
            publisher: AMQPPublisher(configuration: try host.configuration(name: "test-publisher"), logger: quiet)
        )
        do {
            try await fixture.admin.declare(queue: queue, arguments: ["x-queue-type": "quorum"])
            try await fixture.owner.withConnection { connection in
                try await Migrator.ledger().up(connection)
                try await connection.execute(
                    """
                    CREATE TABLE effect (word text NOT NULL CHECK (word NOT LIKE 'poison%'));
                    CREATE TABLE taken (word text PRIMARY KEY);
                    CREATE TABLE parked (word text NOT NULL, fault text NOT NULL);
                    """
                )
            }
            try await body(fixture)
            await fixture.close()
        } catch {
            await fixture.close()
            throw error
        }
    }

    private func close() async {
        await publisher.close()
        await admin.close()
        await owner.shutdown()
    }

    // MARK: Acting

    func publish(_ words: [String]) async throws {
        let messages = words.map { word in
            var properties = Properties()
            properties.deliveryMode = .persistent
            properties.messageID = word
            return Message(
                exchange: "",
                routingKey: Self.queue,
                mandatory: true,
                properties: properties,
                body: Array(word.utf8)
            )
        }
        for outcome in await publisher.publish(messages) where outcome != .confirmed { throw Unconfirmed() }
    }

    struct Unconfirmed: Error {}
    /// The suite lacks the trait `.broker`.
    struct NoVirtualHost: Error {}

    /// Gives each waiting message out and takes it back, so often, as a worker that dies does.
    func returnEverything(times: Int) async throws {
        for _ in 0..<times {
            var tags: [DeliveryTag] = []
            while let delivery = try await admin.get(queue: Self.queue) { tags.append(delivery.tag) }
            for tag in tags { try await admin.reject(tag, requeue: true) }
            let count = tags.count
            _ = try await eventually { try await admin.passiveDeclare(queue: Self.queue).messages == count }
        }
    }

    /// Runs a worker while `body` runs, then shuts it down gracefully and waits for its end.
    func running(
        _ handler: WordHandler,
        on configuration: PostgresConfiguration? = nil,
        batch: Int = 10,
        lanes: Int = 2,
        prefetch: Int = 100,
        drain: Duration = .seconds(20),
        ending: Ending = .gracefully,
        _ body: (RunningWorker) async throws -> Void
    ) async throws {
        let metrics = MetricsRegistry()
        var own = configuration ?? database
        own.applicationName = Self.application
        let pool = PostgresPool(configuration: own, size: lanes + 1, logger: Self.quiet)
        let gate = OutageGate(pool: pool, logger: Self.quiet)
        let publisher = AMQPPublisher(
            configuration: try host.configuration(name: "worker-publishes"),
            logger: Self.quiet
        )
        let dispatcher = OutboxDispatcher(
            publisher: publisher,
            pool: pool,
            metrics: OutboxMetrics(metrics),
            logger: Self.quiet
        )
        let consumer = AMQPConsumer(
            configuration: try host.configuration(name: "worker-consumes"),
            queue: Self.queue,
            prefetch: prefetch,
            batch: BatchLimits(count: batch, linger: .milliseconds(5)),
            logger: Self.quiet
        )
        let counted = BatchMetrics(metrics)
        let worker = BatchWorker(
            consumer: consumer,
            handler: handler,
            pool: pool,
            dispatcher: dispatcher,
            gate: gate,
            lanes: lanes,
            drainBudget: drain,
            metrics: counted,
            logger: Self.quiet
        )
        let group = ServiceGroup(
            configuration: .init(
                services: ([publisher, dispatcher, worker] as [any Service]).map { .init(service: $0) },
                logger: Self.quiet
            )
        )
        do {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await body(RunningWorker(metrics: counted, gate: gate, consumer: consumer, group: group))
                switch ending {
                case .gracefully: await group.triggerGracefulShutdown()
                case .byCancellation: tasks.cancelAll()
                }
                do {
                    try await tasks.waitForAll()
                } catch is CancellationError where ending == .byCancellation {
                    // What was asked for.
                }
            }
        } catch {
            await pool.shutdown()
            throw error
        }
        await pool.shutdown()
    }

    enum Ending: Sendable { case gracefully, byCancellation }

    // MARK: Looking

    func effects() async throws -> [String] {
        try await owner.withConnection {
            try await $0.query("SELECT word FROM effect ORDER BY word").decode(as: String.self)
        }
    }

    func count(_ sql: SQL) async throws -> Int {
        try await owner.withConnection { try await $0.query(sql).only.decode(0, as: Int.self) }
    }

    func parked() async throws -> [String] {
        try await owner.withConnection {
            try await $0.query("SELECT word || ' ' || fault FROM parked ORDER BY 1").decode(as: String.self)
        }
    }

    /// Messages that wait in the queue.
    func ready() async throws -> Int { try await admin.passiveDeclare(queue: Self.queue).messages }
}

/// A worker under test, from outside.
struct RunningWorker: Sendable {
    let metrics: BatchMetrics
    let gate: OutageGate
    let consumer: AMQPConsumer
    let group: ServiceGroup
}
