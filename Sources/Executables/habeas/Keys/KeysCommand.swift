import ArgumentParser

/// The keys that live outside the database.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes the key file of an installation, adds to it, and prints what others check signatures with.",
        discussion: """
            Example:
              habeas keys create --file /etc/habeas/keys
              habeas keys create --file /etc/habeas/keys --add sign
              habeas keys public --file /etc/habeas/keys
            """,
        subcommands: [KeysCreate.self, KeysPublic.self]
    )
}
