import ArgumentParser
import Fleet

/// `habeas letters check`
struct LettersCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Reads every template and writes every letter, in all languages and for all profiles.",
        discussion: """
            The first thing that is wrong is named with file and line. Needs neither a database nor a broker.

            Example, for the folder that comes with Habeas:
              habeas letters check deploy
            """
    )

    @Argument(help: "A folder with templates/ and authorities.yaml. Default: policy.folder.")
    var folder: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let book = try LetterBook(folder: folder ?? common.configuration().policyFolder)
        if common.json {
            StandardOutput.write([
                "letters": .integer(LetterKind.allCases.count), "locales": JSONValue(book.locales),
                "profiles": JSONValue(book.profiles),
            ])
        } else {
            let own = book.profiles.isEmpty ? "" : "; own files: \(book.profiles.joined(separator: ", "))"
            StandardOutput.write(
                "\(LetterKind.allCases.count) letters in \(book.locales.joined(separator: ", ")) are in order\(own)"
            )
        }
    }
}
