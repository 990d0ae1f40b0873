import ArgumentParser
import FoundationEssentials
import Postgres
import Rights

/// `habeas tasks verify`
struct TasksVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Takes the word of somebody who has looked whether a task that was done by hand is done.",
        discussion: """
            Whoever did the task does not verify it: the database knows both by their logins. still_there stops the task, and \
            somebody decides what becomes of it.

            Example:
              habeas tasks verify 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --outcome done --reason "searched for the number, no hits"
            """
    )

    enum Outcome: String, ExpressibleByArgument, CaseIterable {
        case done
        case stillThere = "still_there"
    }

    @Argument(help: "Id of the task.", transform: UUID.init(argument:))
    var task: UUID

    @Option(help: "done where nothing is left, still_there where something is.")
    var outcome: Outcome

    @Option(help: "How you looked. No personal data: it is kept as evidence.")
    var reason: String

    @OptionGroup var common: CommonOptions

    func validate() throws { try TaskReason.validate(reason) }

    func run() async throws {
        let target = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                guard var act = try await SystemTaskAct(on: task, connection) else { throw SystemTaskAct.unknown }
                try await act.verify(outcome == .done ? .done : .stillThere, reason: reason, connection)
                _ = try await connection.pipeline(try await act.statements(on: connection))
                return act.target
            }
        }
        if common.json {
            StandardOutput.write([
                "task": JSONValue(task), "request": JSONValue(target.caseID), "system": .string(target.system),
                "outcome": .string(outcome.rawValue),
            ])
        } else {
            StandardOutput.write("\(task.text) was looked at: \(outcome.rawValue)")
        }
    }
}

extension SystemTaskAct {
    static let unknown = Failure(
        "task",
        "no system's part has this id",
        "see what waits for people with `habeas tasks list`"
    )
}
