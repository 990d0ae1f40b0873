import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas incidents draft`
struct IncidentsDraft: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draft",
        abstract:
            "Writes a draft of the vendor's own notification about data that it controls itself (G13; GDPR Art. 33(3), 34(2)).",
        discussion: """
            To its own authority, or to the people: filled in from what was reported, own numbers and categories only, and of no client \
            anything. What is left to complete it says. Nothing of it is sent: what goes to the authority a person sends; what goes to \
            people leaves by itself once `habeas incidents decide` says so, in the words that this draft shows. The country leads to the \
            authority and to the law. It is read by a person: who did it, and why, is recorded before anything is printed; it needs \
            the key file.

            Example:
              habeas incidents draft security/INC-7 --to authority --country DE --locale de --why "to notify the authority"
            """
    )

    enum Receiver: String, ExpressibleByArgument, CaseIterable {
        case authority, individuals
    }

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, html, json
    }

    @Argument(help: ArgumentHelp("Id of the incident, or PUBLISHER/REF.", valueName: "incident"))
    var name: IncidentName

    @Option(help: "authority or individuals.")
    var to = Receiver.authority

    @Option(help: "A language tag.")
    var locale = "en"

    @Option(help: "Where the vendor, or the person, is, ISO 3166: leads to the authority and to the law.")
    var country: String?

    @Option(help: "text, html or json.")
    var format = Format.text

    @Option(help: ArgumentHelp("Why it must be read; recorded, so no personal data in it.", valueName: "text"))
    var why: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard why.contains(where: { !$0.isWhitespace }), why.utf8.count <= 500 else {
            throw ValidationError("--why: is not 1 to 500 bytes long; say why it must be read")
        }
        guard country.map({ Country.normalise($0) != nil }) ?? true else {
            throw ValidationError("--country: is no code; give one of ISO 3166, as DE or US-CA")
        }
    }

    func run() async throws {
        let configuration = try common.configuration()
        let ring = try KeyRing(file: configuration.required(.keysFile))
        let letters = try LetterBook(folder: configuration.policyFolder)
        let draft = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { connection in
                try await OwnDraft(
                    of: try await name.lock(on: connection),
                    to: to,
                    country: country.flatMap(Country.normalise),
                    why: why,
                    with: ring,
                    on: connection
                )
            }
        }
        let letter = try draft.letter(in: letters, locale: locale)
        switch format {
        case _ where common.json, .json: StandardOutput.write(.object(draft.json(letter, letters)))
        case .text: StandardOutput.write("Subject: \(letter.subject)\n\n\(letter.text)")
        case .html: StandardOutput.write(letter.html)
        }
    }
}
