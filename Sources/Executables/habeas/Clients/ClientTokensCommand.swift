import ArgumentParser

/// What clients identify themselves with at the gateway.
struct ClientTokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "Makes, lists and revokes what clients identify themselves with at the gateway.",
        discussion: """
            Example:
              habeas clients tokens create acme --label "their ticket system" --expires 365d
              habeas clients tokens list --client acme
            """,
        subcommands: [ClientTokensCreate.self, ClientTokensList.self, ClientTokensRevoke.self]
    )
}
