import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas disclosures withdraw`
struct DisclosuresWithdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw",
        abstract: "Ends a demand that is not, or not any more, obeyed; nothing of it goes out.",
        discussion: """
            At any time before it is handed over: the authority has let go of it, a court has stopped it, the client has objected with \
            good reason. What was collected is destroyed. A client that was told of it is told of this, too. Before it is \
            approved its task can be denied as well, with `habeas tasks complete`.

            Example:
              habeas disclosures withdraw 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --reason "order lifted, 349 Gs 12/26"
            """
    )

    @Argument(help: "The disclosure's id, or the request of one of its people.")
    var name: DisclosureName

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var reason: String

    @OptionGroup var common: CommonOptions

    func validate() throws { try TaskReason.validate(reason) }

    func run() async throws {
        let ended = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                var act = try await CaseAct(on: try await name.resolveOpen(on: connection), connection)
                try act.apply(.withdrawn) { $0.member("reason", reason) }
                _ = try await connection.pipeline(try await act.statements(on: connection))
                return act.records.map(\.id)
            }
        }
        if common.json {
            StandardOutput.write([
                "requests": JSONValue(ended.map(\.lowercaseText)), "state": .string(CaseState.withdrawn.rawValue),
            ])
        } else {
            StandardOutput.write("\(name.id.text) is withdrawn")
        }
    }
}
