import ArgumentParser

/// What was collected about people, and where it lies.
struct ExportsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exports",
        abstract: "Lists, fetches and ends exports: bundles of what is held about a person.",
        discussion: """
            A bundle lies encrypted in the store under a key of its own. Its SHA-256 is in the evidence of its request; when it is over, \
            its key is destroyed first and the files are deleted after that.

            Example:
              habeas exports list --client acme --json
              habeas exports fetch 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --output bundle.zip --why "asked by acme, ticket 4711"
            """,
        subcommands: [ExportsList.self, ExportsFetch.self, ExportsExpire.self]
    )
}
