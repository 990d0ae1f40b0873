import ArgumentParser

/// The keys that live outside the database.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes the key file of an installation.",
        discussion: """
            Example:
              habeas keys create --file /etc/habeas/keys
            """,
        subcommands: [KeysCreate.self]
    )
}
