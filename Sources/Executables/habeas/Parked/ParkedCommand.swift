import ArgumentParser

/// Messages that were refused or could not be handled.
struct ParkedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parked",
        abstract: "Lists messages that were set aside, tries them again or discards them.",
        discussion: """
            Example:
              habeas parked list --group
              habeas parked replay --fault unknown_client --field data.client
            """,
        subcommands: [ParkedList.self, ParkedShow.self, ParkedReplay.self, ParkedDiscard.self]
    )
}
