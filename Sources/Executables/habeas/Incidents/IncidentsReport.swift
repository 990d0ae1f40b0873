import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas incidents report`
struct IncidentsReport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes the report on one incident, for the file: who was told what, when and how, and who decided.",
        discussion: """
            Phases; each clock with its article and whether it was met; each client with what was sent over which channel and when it was \
            told and has read it; who was taken off the list of clients, and who approved it; for whom a person was called, and what that \
            person said; decisions and reasons; the people whose data are your own, counted; the end of every chain of evidence, which `habeas evidence verify --incident` checks. One document \
            of one moment; before the last word it says so. --reveal adds the words, decrypted: who did it, and why, is recorded before \
            anything is printed; it needs the key file.

            Example:
              habeas incidents report security/INC-7 --json > INC-7.json
            """
    )

    @Argument(help: ArgumentHelp("Id of the incident, or PUBLISHER/REF.", valueName: "incident"))
    var name: IncidentName

    @OptionGroup var reveal: RevealOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let ring = try reveal.keyRing(configuration)
        try await DatabaseSession.run(configuration) { connection in
            let id = try await name.resolve(on: connection)
            let revealed = try await ring.mapAsync {
                try await IncidentReveal([id], why: reveal.reason, ring: $0, on: connection)
            }
            let account = try await IncidentAccount.load(id, on: connection)
            if common.json {
                StandardOutput.write(.object(account.json + (revealed?.json(of: id) ?? [])))
            } else {
                account.print()
                revealed?.print(id)
            }
        }
    }
}
