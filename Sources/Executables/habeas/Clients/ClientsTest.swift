import AMQP
import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas clients test`
struct ClientsTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Sends a sample to every channel of a client and says what came of each.",
        discussion: """
            The sample is an event of type io.habeas.channel.test.v1 about a person who does not exist, signed, sealed or \
            thin like any other message. Ends with 1 when one channel failed. Needs the keys mail.* and outbound.* that the \
            workers have, and for a channel of kind amqp a login in amqp.url that may write the exchange of outcomes. Each \
            channel is tried once.

            Example:
              habeas clients test acme && habeas clients test acme --channel helpdesk --json
            """
    )

    @Argument(help: "The client's id.")
    var id: String

    @Option(help: ArgumentHelp("Only the channel of this name.", valueName: "name"))
    var channel: String?

    @OptionGroup var common: CommonOptions

    private struct Result {
        let channel: ClientChannel
        let verdict: AttemptVerdict
        let milliseconds: Int
    }

    func run() async throws {
        let configuration = try common.configuration()
        let client = try await DatabaseSession.run(configuration) { connection in
            try await connection.query(StoredClient.select("WHERE id = \(id)")).first.map(StoredClient.init)
        }
        guard let client else { throw Failure("client", "no client has this id", "see habeas clients list") }
        let channels = try chosen(client.declaration.channels)
        let publisher = try await publisher(for: channels, configuration)
        let services = try OutboundServices(configuration, publisher: publisher, logger: .silent)
        var results: [Result] = []
        for channel in channels {
            results.append(try await send(over: channel, of: client.declaration, services.channels))
        }
        await services.close()
        await publisher?.close()
        report(results)
        guard results.allSatisfy(\.verdict.isDone) else { throw SilentFailure() }
    }

    private func chosen(_ channels: [ClientChannel]) throws -> [ClientChannel] {
        guard !channels.isEmpty else {
            throw Failure("channels", "this client has none", "add `channels` to its entry and apply it")
        }
        guard let name = channel else { return channels }
        guard let found = channels.first(where: { $0.name == name }) else {
            throw Failure(
                "channel",
                "this client has none of that name",
                "use \(channels.map(\.name).joined(separator: ", "))"
            )
        }
        return [found]
    }

    private func publisher(
        for channels: [ClientChannel],
        _ configuration: FleetConfiguration
    ) async throws -> AMQPPublisher? {
        guard channels.contains(where: { $0.kind == .amqp }) else { return nil }
        var target = try AMQPConfiguration(url: configuration.required(.amqpURL))
        target.heartbeat = configuration.heartbeat
        target.connectionName = "habeas clients test"
        // Tells a wrong password from a broker that is away, which a publisher that keeps trying cannot.
        try await AMQPChannel.open(target).close()
        return AMQPPublisher(configuration: target, logger: .silent)
    }

    private func send(
        over channel: ClientChannel,
        of client: ClientDeclaration,
        _ sender: ChannelSender
    ) async throws -> Result {
        let now = Date()
        let sample = try ClientMessage.sample(id: .version7(at: now), for: client.id, over: channel, at: now)
        let start = ContinuousClock.now
        let verdict = try await sender.send(sample, over: channel, publicKey: client.publicKey)
        let time = (ContinuousClock.now - start).components
        return Result(
            channel: channel,
            verdict: verdict,
            milliseconds: Int(time.seconds) * 1_000 + Int(time.attoseconds / 1_000_000_000_000_000)
        )
    }

    private func report(_ results: [Result]) {
        var table = TextTable("CHANNEL", "KIND", "RESULT", "CAUSE", "STATUS", "MS", empty: "no channels")
        for result in results {
            let verdict = result.verdict
            let cause = verdict.cause.isEmpty ? nil : verdict.cause
            if common.json {
                StandardOutput.write([
                    "channel": .string(result.channel.name), "kind": .string(result.channel.kind.rawValue),
                    "ok": .bool(verdict.isDone), "outcome": .string(verdict.outcome.rawValue),
                    "cause": JSONValue(cause),
                    "status": JSONValue(verdict.status), "milliseconds": .integer(result.milliseconds),
                ])
            }
            table.add(
                result.channel.name,
                result.channel.kind.rawValue,
                verdict.isDone ? "ok" : "failed",
                cause,
                verdict.status.map(String.init),
                String(result.milliseconds)
            )
        }
        if !common.json { StandardOutput.write(table) }
    }
}
