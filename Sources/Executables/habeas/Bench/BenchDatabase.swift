import AMQP
import ArgumentParser
import Fleet
import FoundationEssentials
import Intake
import Ledger
import Observability
import Postgres
import Rights

/// `habeas bench database`
struct BenchDatabase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database",
        abstract: "Takes made-up requests in without a broker: intake's own transactions, in intake's batches.",
        discussion: """
            The ceiling of the database. Reading and encrypting the events is timed apart. The publisher `bench` must be
            registered, with the clients client-1 to client-50.

            Example:
              habeas bench database --count 50000 --connections 2
            """
    )

    @Option(help: "How many events.")
    var count: Int

    @Option(help: "Transactions at once, each on a connection of its own.")
    var connections = 1

    @OptionGroup var common: CommonOptions

    /// Batches prepared before any is committed: bounds memory, and keeps the two times apart.
    private static let round = 50

    func run() async throws {
        let configuration = try common.configuration()
        var target = try PostgresConfiguration(url: configuration.required(.databaseURL))
        target.applicationName = "habeas bench database"
        let ring = try KeyRing(file: configuration.required(.keysFile))
        let pool = PostgresPool(configuration: target, size: connections, logger: .silent)
        let registry = try await pool.withConnection { RegistryCache(try await Registry.load(on: $0)) }
        let user = try await pool.withConnection { try await Self.publisher(on: $0) }
        let handler = IntakeHandler(
            queue: Topology.intake,
            registry: registry,
            ring: ring,
            domainTime: DomainTime(),
            metrics: IntakeMetrics(MetricsRegistry())
        )

        let size = configuration.batch.count
        var preparing = Duration.zero
        var committing = Duration.zero
        var done = 0
        while done < count {
            let indices = done..<min(count, done + Self.round * size)
            let deliveries = indices.map {
                GeneratedEvent($0, due: Date(), clients: 50, hasContact: true).delivery(user: user)
            }
            let start = ContinuousClock.now
            var batches: [[IntakeItem]] = []
            for first in stride(from: 0, to: deliveries.count, by: size) {
                let batch = deliveries[first..<min(first + size, deliveries.count)]
                batches.append(try await handler.prepare(Array(batch)))
            }
            let middle = ContinuousClock.now
            try await commit(batches, handler, pool)
            preparing += start.duration(to: middle)
            committing += middle.duration(to: .now)
            done = indices.upperBound
        }
        await pool.shutdown()
        let seconds = committing / .seconds(1)
        StandardOutput.write([
            "count": .integer(count), "connections": .integer(connections), "seconds": .number(seconds),
            "per_second": .number(Double(count) / seconds), "prepare_seconds": .number(preparing / .seconds(1)),
        ])
    }

    /// The login that the registry knows the publisher of the bench by.
    private static func publisher(on connection: PostgresConnection) async throws -> String {
        let rows = try await connection.query("SELECT broker_user FROM habeas.publisher WHERE id = 'bench'")
        guard let row = rows.first else {
            throw Failure("publisher bench", "is not registered", "register it with `habeas publishers apply`")
        }
        return try row.decode(String.self)
    }

    /// Every batch in a transaction, then its outgoing messages marked in another, as after their confirms.
    private func commit(_ batches: [[IntakeItem]], _ handler: IntakeHandler, _ pool: PostgresPool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<connections {
                group.addTask {
                    for index in stride(from: lane, to: batches.count, by: connections) {
                        try await pool.withConnection { connection in
                            let rows = try await handler.commit(batches[index], on: connection)
                            _ = try await connection.query(OutboxSettlement.mark(rows.map { ($0, .sent) }))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

extension GeneratedEvent {
    /// As the broker would have delivered it.
    fileprivate func delivery(user: String) -> Delivery {
        let message = message(user: user, exchange: Topology.events)
        return Delivery(
            tag: DeliveryTag(generation: 1, tag: UInt64(index) + 1),
            exchange: message.exchange,
            routingKey: message.routingKey,
            redelivered: false,
            properties: message.properties,
            body: message.body,
            announcedSize: message.body.count
        )
    }
}
