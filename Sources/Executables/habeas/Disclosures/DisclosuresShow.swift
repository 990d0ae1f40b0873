import ArgumentParser
import Ledger
import Postgres

/// `habeas disclosures show`
struct DisclosuresShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "All that the register says of a demand; of several people a part for each.",
        discussion: """
            Example:
              habeas disclosures show 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b
            """
    )

    @Argument(help: "The disclosure's id, or the request of one of its people.")
    var name: DisclosureName

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            let ids = try await name.resolve(on: connection).map(\.caseID)
            return try await connection.query(
                DisclosureRow.reading(where: "d.case_id = ANY(\(ids)::uuid[])", limit: ids.count)
            ).map(DisclosureRow.init)
        }
        for (index, row) in rows.enumerated() {
            if common.json {
                StandardOutput.write(row.json)
            } else {
                if index > 0 { StandardOutput.write("") }
                StandardOutput.write(row.sheet)
            }
        }
    }
}
