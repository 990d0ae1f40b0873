import ArgumentParser

/// What waits for a person.
struct TasksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks",
        abstract: "Lists what waits for a person, the most urgent first; takes a person's verdict.",
        discussion: """
            Example:
              habeas tasks list && habeas tasks complete 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --outcome denied --reason "sent by mistake"
            """,
        subcommands: [TasksList.self, TasksComplete.self, TasksVerify.self, TasksAssign.self],
        defaultSubcommand: TasksList.self
    )
}
