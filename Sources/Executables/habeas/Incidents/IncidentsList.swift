import ArgumentParser
import FoundationEssentials
import Ledger
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

    @OptionGroup var page: PageOptions

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let after = page.start
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.query(
                IncidentRow.reading(
                    where: "(NOT \(open) OR i.state = 'open') AND (\(after)::uuid IS NULL OR i.id > \(after)::uuid)",
                    limit: page.limit
                )
            ).map(IncidentRow.init)
        }
        var table = IncidentRow.table
        for row in rows { common.json ? StandardOutput.write(.object(row.json)) : row.add(to: &table) }
        if !common.json { StandardOutput.write(table) }
    }
}
