import ArgumentParser

/// What the fleet writes to people and clients.
struct LettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "letters",
        abstract: "Checks the templates of letters, and shows letters with made-up words.",
        discussion: """
            Example:
              habeas letters check deploy && habeas letters preview notice --locale de --folder deploy
            """,
        subcommands: [LettersCheck.self, LettersPreview.self]
    )
}
