import ArgumentParser
import FoundationEssentials
import Postgres

/// `habeas incidents list`
struct IncidentsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract:
            "Lists incidents, the oldest first: how many clients each affects, how many were told and have read it.",
        discussion: """
            Example:
              habeas incidents list --open --json
            """
    )

    @Flag(help: "Only those that are open.")
    var open = false

    @Option(help: "Only those after this one: its id, as the last line of a list before.")
    var after: String?

    @Option(help: "How many at most.")
    var limit = 1_000

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...1_000_000).contains(limit) else {
            throw ValidationError("--limit: is not between 1 and 1000000; choose such a number")
        }
        guard after.map({ UUID(uuidString: $0) != nil }) ?? true else {
            throw ValidationError("--after: is no id; give one that `habeas incidents list` has printed")
        }
    }

    func run() async throws {
        let after = after.flatMap(UUID.init)
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.query(
                IncidentRow.reading(
                    where: "(NOT \(open) OR i.state = 'open') AND (\(after)::uuid IS NULL OR i.id > \(after)::uuid)",
                    limit: limit
                )
            ).map(IncidentRow.init)
        }
        var table = IncidentRow.table
        for row in rows { common.json ? StandardOutput.write(.object(row.json)) : row.add(to: &table) }
        if !common.json { StandardOutput.write(table) }
    }
}
