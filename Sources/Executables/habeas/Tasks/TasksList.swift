import ArgumentParser
import FoundationEssentials
import Postgres
import Rights

/// `habeas tasks list`
struct TasksList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists what waits for a person by urgency: reviews of cases, tasks at systems, parked messages.",
        discussion: """
            Example:
              habeas tasks list --kind suspected_fraud --json
            """
    )

    static let kinds =
        ReviewKind.allCases.map(\.rawValue) + [
            TaskRow.triage, TaskRow.systemTask, TaskRow.systemLook, TaskRow.appOverdue,
        ]

    @Option(help: ArgumentHelp("Only this kind: \(kinds.joined(separator: ", ")).", valueName: "kind"))
    var kind: String?

    @Option(help: ArgumentHelp("Only those of this client.", valueName: "id"))
    var client: String?

    @Option(help: "Tasks to list at most.")
    var limit = 100

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard kind.map(Self.kinds.contains) ?? true else {
            throw ValidationError("--kind: is none of \(Self.kinds.joined(separator: ", ")); give one of them")
        }
        guard limit > 0 else { throw ValidationError("--limit: is not above zero; give a number of tasks") }
    }

    func run() async throws {
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            if let client {
                let known = try await connection.query("SELECT FROM habeas.client WHERE id = \(client)")
                guard !known.isEmpty else {
                    throw Failure("--client", "is no client", "look it up with `habeas clients list`")
                }
            }
            return try await TaskRow.open(kind: kind, client: client, limit: limit, on: connection)
        }
        TaskRow.print(rows, json: common.json, empty: "nothing waits for a person")
    }
}
