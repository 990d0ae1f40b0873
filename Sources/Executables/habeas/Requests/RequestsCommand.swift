import ArgumentParser

/// The cases.
struct RequestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests",
        abstract:
            "Lists cases, shows one with its clocks and effects, answers one, certifies one, keeps one from its client.",
        discussion: """
            A case is named by its id, or as PUBLISHER/REF by the reference its publisher gave it.

            Example:
              habeas requests list --state needs_client
              habeas requests show helpdesk/REQ-17
            """,
        subcommands: [
            RequestsList.self, RequestsShow.self, RequestsTimeline.self, RequestsAnswer.self,
            RequestsProhibitReferral.self, RequestsCertificate.self,
        ]
    )
}
