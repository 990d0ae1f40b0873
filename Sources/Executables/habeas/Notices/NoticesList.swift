import ArgumentParser
import FoundationEssentials
import Postgres

/// `habeas notices list`
struct NoticesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists what clients were told of, the oldest first: how many were told, how many object, until when.",
        discussion: """
            Example:
              habeas notices list --json
            """
    )

    @OptionGroup var page: PageOptions

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let after = page.start
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.query(
                NoticeSummary.reading(where: "\(after)::uuid IS NULL OR a.id > \(after)::uuid", limit: page.limit)
            ).map(NoticeSummary.init)
        }
        var table = NoticeSummary.table
        for row in rows { common.json ? StandardOutput.write(.object(row.json)) : row.add(to: &table) }
        if !common.json { StandardOutput.write(table) }
    }
}
