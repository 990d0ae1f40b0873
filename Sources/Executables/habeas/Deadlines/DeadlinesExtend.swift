import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas deadlines extend`
struct DeadlinesExtend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend",
        abstract: "Puts the answer to a request off, where the law allows it; the person is told the new date and why.",
        discussion: """
            Refused once the time has passed within which the person must have been told, and where the regime knows no
            extension.

            Example:
              habeas deadlines extend helpdesk/R-17 --reason complexity
            """
    )

    @Argument(help: "A request: its id, or PUBLISHER/REF.")
    var request: CaseName

    @Option(help: "complexity or number_of_requests: the reasons the law knows.")
    var reason: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard ["complexity", "number_of_requests"].contains(reason) else {
            throw ValidationError("--reason: is none the law knows; give complexity or number_of_requests")
        }
    }

    func run() async throws {
        let extended = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                var act = try await CaseAct(on: try await request.resolve(on: connection), connection)
                let extended = try act.extend(reason: reason)
                _ = try await connection.pipeline(try await act.statements(on: connection))
                return extended
            }
        }
        for (record, deadline) in extended {
            if common.json {
                StandardOutput.write([
                    "request": JSONValue(record.id), "due_at": JSONValue(deadline.due),
                    "rule": .string(deadline.rule.id),
                    "article": .string(deadline.rule.source),
                ])
            } else {
                StandardOutput.write(
                    "\(record.id.text) is due \(deadline.due?.short ?? "when its waiting is over") (\(deadline.rule.source))"
                )
            }
        }
    }
}
