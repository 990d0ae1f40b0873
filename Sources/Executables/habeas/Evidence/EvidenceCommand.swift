import ArgumentParser

/// The chains of evidence.
struct EvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Checks the chains of evidence.",
        discussion: """
            Example:
              habeas evidence verify
            """,
        subcommands: [EvidenceVerify.self]
    )
}
