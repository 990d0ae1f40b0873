import ArgumentParser

/// The upstream apps that may publish events.
struct PublishersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publishers",
        abstract: "Registers the apps that publish events, and what each may speak of.",
        discussion: """
            Example:
              habeas publishers apply publishers.yaml && habeas publishers list
            """,
        subcommands: [PublishersApply.self, PublishersList.self, PublishersRevoke.self]
    )
}
