import ArgumentParser

/// The processor's clients, the controllers whose data it holds.
struct ClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients",
        abstract: "Registers the clients whose customers' data this processor holds.",
        discussion: """
            Example:
              habeas clients apply clients.yaml && habeas clients list
            """,
        subcommands: [
            ClientsApply.self, ClientsList.self, ClientsShow.self, ClientsTest.self, ClientTokensCommand.self,
        ]
    )
}
