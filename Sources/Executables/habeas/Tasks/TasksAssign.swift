import ArgumentParser
import FoundationEssentials
import Postgres
import Rights

/// `habeas tasks assign`
struct TasksAssign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assign",
        abstract: "Names who answers for a task at a system, and until when.",
        discussion: """
            Example:
              habeas tasks assign 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --owner archive-team --due 2026-04-02T16:00:00Z
            """
    )

    @Argument(help: "Id of the task.", transform: UUID.init(argument:))
    var task: UUID

    @Option(help: ArgumentHelp("A team, a role or a person of yours.", valueName: "name"))
    var owner: String

    @Option(help: ArgumentHelp("Until when; as it was where left out.", valueName: "time"))
    var due: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard owner.contains(where: { !$0.isWhitespace }), owner.utf8.count <= 200, CanonicalText.isOneLine(owner)
        else {
            throw ValidationError("--owner: is not one line of 1 to 200 bytes; write a name")
        }
        _ = try TaskTime.read(due, "--due")
    }

    func run() async throws {
        let time = try TaskTime.read(due, "--due")
        let target = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                guard var act = try await SystemTaskAct(on: task, connection) else { throw SystemTaskAct.unknown }
                try act.assign(to: owner, due: time)
                _ = try await connection.pipeline(try await act.statements(on: connection))
                return act.target
            }
        }
        let end = time ?? target.dueAt
        if common.json {
            StandardOutput.write([
                "task": JSONValue(task), "request": JSONValue(target.caseID), "system": .string(target.system),
                "owner": .string(owner), "due_at": JSONValue(end),
            ])
        } else {
            StandardOutput.write("\(task.text) is answered for by \(owner)\(end.map { ", due \($0.short)" } ?? "")")
        }
    }
}

/// A time on the command line.
enum TaskTime {
    static func read(_ text: String?, _ option: String) throws -> Date? {
        guard let text else { return nil }
        guard let time = EventTime.parse(text) else {
            throw ValidationError("\(option): is not a time; write it as 2027-06-30T00:00:00Z")
        }
        return time
    }
}
