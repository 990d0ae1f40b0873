import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas approve`
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approves what two different people have to approve; without a task, lists what waits for that.",
        discussion: """
            Each person approves with a database login of their own: a second approval by the same login is refused. Whoever does \
            not agree denies it with habeas tasks complete.

            Example:
              habeas approve 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --reason "contract ended, export handed over"
            """
    )

    @Argument(help: "Id of the task.", transform: UUID.init(argument:))
    var task: UUID?

    @Option(help: "Why. No personal data: it is kept as evidence.")
    var reason: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (task == nil) == (reason == nil) else {
            throw ValidationError("TASK and --reason: are given together; leave both out to list what waits")
        }
        if let reason { try TaskReason.validate(reason) }
    }

    func run() async throws {
        let configuration = try common.configuration()
        guard let task, let reason else {
            let rows = try await DatabaseSession.run(configuration) { connection in
                try await TaskRow.open(onlyApprovals: true, limit: 100, on: connection)
            }
            return TaskRow.print(rows, json: common.json, empty: "nothing waits for an approval")
        }
        let (review, given, isSettled) = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { connection in
                var act = try await ReviewAct(on: task, connection)
                let (given, isSettled) = try await act.approve(reason: reason, connection)
                _ = try await connection.pipeline(try await act.statements(on: connection))
                return (act.review, given, isSettled)
            }
        }
        if common.json {
            StandardOutput.write([
                "task": JSONValue(task), "request": JSONValue(review.caseID), "approvals": .integer(given),
                "needs": .integer(review.needs), "settled": .bool(isSettled),
            ])
        } else {
            StandardOutput.write(
                isSettled
                    ? "\(task.text) is approved: it begins"
                    : "\(task.text) has \(given) of \(review.needs) approvals; another person has to approve it, too"
            )
        }
    }
}
