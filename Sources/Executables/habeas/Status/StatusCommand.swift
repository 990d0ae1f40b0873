import ArgumentParser
import Fleet
import Postgres

/// `habeas status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "One screen: queues, backlog, cases, clocks at risk, effects, failing targets, schema and topology.",
        discussion: """
            Queues and workers are shown where amqp.management_url is configured.

            Example:
              habeas status --watch
              habeas status --json
            """
    )

    @Flag(help: "Look again and again.")
    var watch = false

    @Option(help: ArgumentHelp("Seconds between two looks.", valueName: "seconds"))
    var every = 2

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard every > 0 else { throw ValidationError("--every: is not above zero; give seconds") }
    }

    func run() async throws {
        let configuration = try common.configuration()
        try await DatabaseSession.run(configuration) { connection in
            repeat {
                let status = try await FleetStatus(on: connection)
                let broker = try await BrokerStatus(configuration, digest: status.topologyDigest)
                if common.json {
                    StandardOutput.write(.object(status.json + broker.json))
                } else {
                    if watch { StandardOutput.clear() }
                    status.print()
                    broker.print()
                }
                if watch { try await Task.sleep(for: .seconds(every)) }
            } while watch
        }
    }
}
