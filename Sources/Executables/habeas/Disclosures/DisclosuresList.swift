import ArgumentParser
import FoundationEssentials
import Postgres
import Rights

/// `habeas disclosures list`
struct DisclosuresList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The register of disclosures, the oldest first: a line for each person, who is not named.",
        discussion: """
            Example:
              habeas disclosures list --state ready --json
            """
    )

    @Option(help: "Only this client's.")
    var client: String?

    @Option(
        help: ArgumentHelp(
            "Only those that are needs_approval, client_term, collecting, ready, handed_over, refused or withdrawn.",
            valueName: "state"
        )
    )
    var state: String?

    @OptionGroup var page: PageOptions

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard state.map({ DisclosureRow.Standing(rawValue: $0) != nil }) ?? true else {
            throw ValidationError("--state: is none; use \(DisclosureRow.Standing.words.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let after = page.start
        let standing = state.flatMap(DisclosureRow.Standing.init)
        var condition: SQL = """
            (\(client)::text IS NULL OR d.client_id = \(client)::text) AND (\(after)::uuid IS NULL OR d.case_id > \(after)::uuid)
            """
        if let standing {
            condition = "\(condition) AND c.state = \(DisclosureRow.states(standing).rawValue)"
            if standing == .ready { condition = "\(condition) AND x.state = 'ready'" }
            if standing == .collecting { condition = "\(condition) AND x.state IS DISTINCT FROM 'ready'" }
        }
        let wanted = condition
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.query(DisclosureRow.reading(where: wanted, limit: page.limit)).map(DisclosureRow.init)
        }
        var table = DisclosureRow.table
        for row in rows { common.json ? StandardOutput.write(row.json) : row.add(to: &table) }
        if !common.json { StandardOutput.write(table) }
    }
}
