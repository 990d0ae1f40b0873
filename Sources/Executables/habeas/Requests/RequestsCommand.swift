import ArgumentParser

/// The cases.
struct RequestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests",
        abstract: "Lists cases and shows one: its state, its clocks, its evidence.",
        discussion: """
            A case is named by its id, or as PUBLISHER/REF by the reference its publisher gave it.

            Example:
              habeas requests list --state needs_client
              habeas requests show helpdesk/REQ-17
            """,
        subcommands: [RequestsList.self, RequestsShow.self, RequestsTimeline.self]
    )
}
