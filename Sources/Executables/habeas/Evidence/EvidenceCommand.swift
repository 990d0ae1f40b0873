import ArgumentParser

/// The chains of evidence.
struct EvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Checks the chains of evidence, and certificates.",
        discussion: """
            Example:
              habeas evidence verify
              habeas evidence verify --certificate certificate.json --public-key habeas.pem
            """,
        subcommands: [EvidenceVerify.self]
    )
}
