import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas exports list`
struct ExportsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists exports, the oldest first; of those that are being collected how far they are.",
        discussion: """
            Example:
              habeas exports list --state ready --json
            """
    )

    @Option(help: "Only this client's.")
    var client: String?

    @Option(help: "Only those that are collecting, ready or expired.")
    var state: String?

    @OptionGroup var page: PageOptions

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard state.map({ ExportRecord.State(rawValue: $0) != nil }) ?? true else {
            throw ValidationError("--state: is none; use \(ExportRecord.State.words.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let after = page.start
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.query(
                ExportRow.reading(
                    where: """
                        (\(client)::text IS NULL OR e.client_id = \(client)::text)
                        AND (\(state)::text IS NULL OR e.state = \(state)::text)
                        AND (\(after)::uuid IS NULL OR e.id > \(after)::uuid)
                        """,
                    limit: page.limit
                )
            ).map(ExportRow.init)
        }
        var table = ExportRow.table
        for row in rows { common.json ? StandardOutput.write(row.json) : row.add(to: &table) }
        if !common.json { StandardOutput.write(table) }
    }
}
