import ArgumentParser

/// Whose data are not to be used for something any more.
struct SuppressionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppressions",
        abstract: "Lists, checks and lifts suppressions: opt-outs, objections, withdrawn consents.",
        discussion: """
            Entries are keyed digests: nobody can read who they are about. Apps of the processor's own ask before a transfer or when \
            data come in anew; the fleet itself asks before every plan.

            Example:
              habeas suppressions check --client acme --identity-file people.txt --json
            """,
        subcommands: [SuppressionsList.self, SuppressionsCheck.self, SuppressionsLift.self]
    )
}
