import ArgumentParser

/// What is owed, by urgency.
struct DeadlinesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deadlines",
        abstract: "Lists what is owed, the most urgent first; puts an answer off where the law allows it.",
        discussion: """
            Example:
              habeas deadlines --within 14 && habeas deadlines extend helpdesk/R-17 --reason complexity
            """,
        subcommands: [DeadlinesList.self, DeadlinesExtend.self],
        defaultSubcommand: DeadlinesList.self
    )
}
