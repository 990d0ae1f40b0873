import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres

/// `habeas requests show`
struct RequestsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one case: state, clocks, messages, evidence.",
        discussion: """
            The id of a group, of a request about several people, shows how far its cases are.

            --reveal decrypts what the case holds about the person. Who did it, and why, is recorded in the case's evidence \
            before anything is printed; it needs the key file.

            --plan says what the request comes to at every system of the data map: which target, in which order, by which way, what \
            is kept and until when, what is the client's own. Before anything has begun it is computed, afterwards it is what \
            was planned, with how far each part is. It needs no key.

            Example:
              habeas requests show 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b
              habeas requests show helpdesk/REQ-17 --plan
              habeas requests show helpdesk/REQ-17 --reveal --why "asked by the client's privacy officer, ticket 4711"
            """
    )

    @Argument(help: ArgumentHelp("Id of the case, or PUBLISHER/REF.", valueName: "request"))
    var name: CaseName

    @Flag(help: "What it comes to at every system.")
    var plan = false

    @OptionGroup var reveal: RevealOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let ring = try reveal.keyRing(configuration)
        if plan, ring != nil {
            throw Failure("--plan", "names nobody, and --reveal does", "ask for one of them", status: .usage)
        }
        try await DatabaseSession.run(configuration) { connection in
            guard !plan else {
                for id in try await name.resolve(on: connection) {
                    let sheet = try await PlanSheet.load(id, on: connection)
                    common.json ? StandardOutput.write(sheet.json) : sheet.print()
                }
                return
            }
            if case .id(let id) = name, let sheet = try await GroupSheet.load(id, on: connection) {
                guard ring == nil else {
                    throw Failure("--reveal", "would open the words of several people", "name one of the group's cases")
                }
                return common.json ? StandardOutput.write(sheet.json) : sheet.print()
            }
            for id in try await name.resolve(on: connection) {
                let revealed = try await ring.mapAsync {
                    try await CaseReveal(id, why: reveal.reason, ring: $0, on: connection)
                }
                let sheet = try await CaseSheet.load(id, on: connection)
                if common.json {
                    StandardOutput.write(.object(sheet.json + (revealed?.json ?? [])))
                } else {
                    sheet.print()
                    revealed?.print()
                }
            }
        }
    }
}

extension Optional {
    /// `map` with a body that waits.
    func mapAsync<Result>(_ body: (Wrapped) async throws -> Result) async throws -> Result? {
        guard let self else { return nil }
        return try await body(self)
    }
}
