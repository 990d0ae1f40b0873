import ArgumentParser

/// What exists at the broker for the fleet.
struct TopologyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology",
        abstract: "Prints, makes and checks the exchanges, queues, bindings and logins at the broker.",
        discussion: """
            apply and verify need amqp.management_url with the login of an administrator; the virtual host is amqp.url's.

            Example:
              habeas topology apply && habeas topology verify
            """,
        subcommands: [TopologyDefinitions.self, TopologyApply.self, TopologyVerify.self]
    )
}
