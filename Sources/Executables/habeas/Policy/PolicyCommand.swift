import ArgumentParser

/// What was promised on top of the law, and what follows from it.
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Applies profiles and holidays; explains which rules hold and which dates follow.",
        discussion: """
            Example:
              habeas policy apply deploy && habeas policy explain --client acme --right access --regulation gdpr
            """,
        subcommands: [PolicyApply.self, PolicyList.self, PolicyExplain.self, PolicyDates.self]
    )
}
