import ArgumentParser
import Fleet
import Rights

/// `habeas letters preview`
struct LettersPreview: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Shows a letter with made-up words.",
        discussion: """
            Example:
              habeas letters preview answer_partly --locale fr --folder deploy
            """
    )

    @Argument(help: "A kind of letter: \(LetterKind.words.joined(separator: ", ")).")
    var kind: String

    @Option(help: "A language tag.")
    var locale = "en"

    @Option(help: "A profile with templates of its own.")
    var profile = ""

    @Option(help: "A regulation: \(Regulation.words.joined(separator: ", ")).")
    var regulation = Regulation.gdpr.rawValue

    @Option(help: "Where the person lives, ISO 3166.")
    var country = "DE"

    @Option(help: "A folder with templates/ and authorities.yaml. Default: policy.folder.")
    var folder: String?

    @Flag(help: "The HTML document instead of the text.")
    var html = false

    @Flag(help: "Only the words that the letter cannot do without.")
    var least = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        guard let kind = LetterKind(rawValue: kind) else {
            throw ValidationError("KIND: is no letter; give one of \(LetterKind.words.joined(separator: ", "))")
        }
        guard let regulation = Regulation(rawValue: regulation) else {
            throw ValidationError("--regulation: is none; give one of \(Regulation.words.joined(separator: ", "))")
        }
        guard let country = Country.normalise(country) else {
            throw ValidationError("--country: is no code; give one of ISO 3166, as DE or US-CA")
        }
        let book = try LetterBook(folder: folder ?? common.configuration().policyFolder)
        var words = least ? LetterWords.least(for: kind) : LetterWords.full(for: kind)
        words.regulation = regulation
        words.country = country
        let letter = try book.letter(kind, profile: profile, locale: locale, words: words)
        if common.json {
            StandardOutput.write([
                "kind": .string(kind.rawValue), "locale": .string(letter.locale), "subject": .string(letter.subject),
                "text": .string(letter.text), "html": .string(letter.html),
            ])
        } else {
            StandardOutput.write(html ? letter.html : "Subject: \(letter.subject)\n\n\(letter.text)")
        }
    }
}
