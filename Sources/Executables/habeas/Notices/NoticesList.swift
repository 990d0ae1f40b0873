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
            throw ValidationError("--after: is no id; give one that `habeas notices list` has printed")
        }
    }

    func run() async throws {
        let after = after.flatMap(UUID.init)
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.query(
                NoticeSummary.reading(where: "\(after)::uuid IS NULL OR a.id > \(after)::uuid", limit: limit)
            ).map(NoticeSummary.init)
        }
        var table = NoticeSummary.table
        for row in rows { common.json ? StandardOutput.write(.object(row.json)) : row.add(to: &table) }
        if !common.json { StandardOutput.write(table) }
    }
}
