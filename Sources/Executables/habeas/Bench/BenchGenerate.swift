import AMQP
import ArgumentParser
import Fleet
import FoundationEssentials

/// `habeas bench generate`
struct BenchGenerate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Publishes made-up requests with confirms: as fast as it goes, or at a steady rate.",
        discussion: """
            With --rate the load is open: an event is due at its time whether or not the ones before were handled, and its id
            says when that was.

            Example:
              HABEAS_AMQP_URL=amqp://bench:…@broker/ habeas bench generate --count 50000 --rate 5000
            """
    )

    @Option(help: "How many events.")
    var count: Int

    @Option(help: "Events a second; without it, as fast as the broker confirms.")
    var rate: Double?

    @Option(help: ArgumentHelp("Publish them as Celery tasks of this name instead.", valueName: "name"))
    var task: String?

    @Option(help: "The queue of those tasks.")
    var queue = "celery"

    @Option(help: "How many clients the events are spread over, client-1 and so on.")
    var clients = 50

    @Flag(help: "The people have no mail address.")
    var withoutContact = false

    @Flag(
        help: "Instructions of clients' administrators to erase customer-1 and so on, in place of wishes of end users."
    )
    var instructions = false

    @OptionGroup var common: CommonOptions

    /// Messages a call: large enough to be cheap, small enough to be many in flight.
    private static let chunk = 500
    private static let interval = Duration.milliseconds(5)

    func run() async throws {
        var target = try AMQPConfiguration(url: common.configuration().required(.amqpURL))
        target.connectionName = "habeas bench generate"
        // Tells a wrong password from a broker that is away, which a publisher that keeps trying cannot.
        try await AMQPChannel.open(target).close()
        let publisher = AMQPPublisher(configuration: target, maxInFlight: 16_384, logger: .silent)
        await publisher.start()
        let start = ContinuousClock.now
        let result = await publish(publisher, user: target.user)
        let seconds = start.duration(to: .now) / .seconds(1)
        await publisher.close()
        guard result.confirmed == count else {
            throw Failure(
                "events",
                "\(count - result.confirmed) of \(count) were not confirmed",
                "look at the broker's queues and alarms"
            )
        }
        StandardOutput.write([
            "count": .integer(count), "seconds": .number(seconds), "per_second": .number(Double(count) / seconds),
            "message_bytes": .integer(result.bytes / max(1, count)),
            "longest_behind_ms": .number(result.behind / .milliseconds(1)),
        ])
    }

    private struct Result: Sendable {
        var confirmed = 0
        var bytes = 0
        /// How late the latest chunk left, against its schedule.
        var behind = Duration.zero
    }

    private func publish(_ publisher: AMQPPublisher, user: String) async -> Result {
        await withTaskGroup(of: Int.self) { group in
            var result = Result()
            var sent = 0
            var underWay = 0
            let start = ContinuousClock.now
            let epoch = Date()
            while sent < count {
                let messages: [Message]
                if let rate {
                    let elapsed = start.duration(to: .now)
                    let due = min(count, Int(elapsed / .seconds(1) * rate) + 1)
                    messages = (sent..<due).map {
                        message($0, due: epoch.addingTimeInterval(Double($0) / rate), user: user)
                    }
                    result.behind = max(result.behind, elapsed - .seconds(Double(sent) / rate))
                } else {
                    messages = (sent..<min(count, sent + Self.chunk)).map { message($0, due: Date(), user: user) }
                    // Bounds what is in flight; a steady rate bounds itself.
                    if underWay >= 16, let confirmed = await group.next() {
                        result.confirmed += confirmed
                        underWay -= 1
                    }
                }
                sent += messages.count
                result.bytes += messages.reduce(0) { $0 + $1.body.count }
                if !messages.isEmpty {
                    underWay += 1
                    group.addTask { await publisher.publish(messages).count { $0 == .confirmed } }
                }
                if rate != nil {
                    // The schedule is time itself, not a wait for something.
                    do { try await Task.sleep(for: Self.interval) } catch { break }
                }
            }
            for await confirmed in group { result.confirmed += confirmed }
            return result
        }
    }

    private func message(_ index: Int, due: Date, user: String) -> Message {
        let event = GeneratedEvent(
            index,
            due: due,
            clients: clients,
            hasContact: !withoutContact,
            isInstruction: instructions
        )
        return task.map { event.task($0, queue: queue) } ?? event.message(user: user, exchange: Topology.events)
    }
}
