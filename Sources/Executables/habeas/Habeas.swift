import ArgumentParser

/// The operator's command line.
@main
struct Habeas: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "habeas",
        abstract: "Runs a privacy-request worker fleet: its database, its broker, its cases.",
        discussion: """
            Configuration comes from --config FILE (default /etc/habeas/habeas.yaml) and is overridden by the environment: \
            HABEAS_DATABASE_URL, HABEAS_AMQP_URL, HABEAS_AMQP_MANAGEMENT_URL, HABEAS_KEYS_FILE.

            Exit codes: 0 done, 1 refused or failed, 64 usage, 69 a service is unreachable, 78 configuration.

            Example:
              habeas migrate up && habeas topology apply && habeas clients apply clients.yaml && habeas status
            """,
        subcommands: [
            MigrateCommand.self, TopologyCommand.self, ClientsCommand.self, PublishersCommand.self, KeysCommand.self,
            PolicyCommand.self, LettersCommand.self, SystemsCommand.self,
            PublishCommand.self, RequestsCommand.self, DecideCommand.self, DeadlinesCommand.self, HoldsCommand.self,
            SuppressionsCommand.self,
            TasksCommand.self,
            ApproveCommand.self, DisclosuresCommand.self,
            ExportsCommand.self, IncidentsCommand.self, NoticesCommand.self,
            ParkedCommand.self, EffectsCommand.self, PauseCommand.self,
            ResumeCommand.self,
            EvidenceCommand.self, StatusCommand.self,
            BenchCommand.self,
        ]
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Failure.end(with: error)
        }
    }
}
