import ArgumentParser
import FoundationEssentials
import Postgres

/// `habeas holds list`
struct HoldsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists holds in place, the oldest first.",
        discussion: """
            Example:
              habeas holds list --all --json
            """
    )

    @Flag(help: "Lifted ones too.")
    var all = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let rows = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.query(
                """
                SELECT hold_ref, publisher_id, case_id, client_id, people, placed_at, until, lifted_at FROM habeas.hold
                 WHERE \(all) OR lifted_at IS NULL ORDER BY placed_at, id
                """
            ).decode(
                String.self,
                String?.self,
                UUID?.self,
                String?.self,
                Int.self,
                Date.self,
                Date?.self,
                Date?.self
            )
        }
        var table = TextTable(
            "HOLD",
            "BY",
            "REQUEST",
            "CLIENT",
            "PEOPLE",
            "PLACED",
            "UNTIL",
            "LIFTED",
            empty: "no holds"
        )
        for (ref, publisher, request, client, people, placed, until, lifted) in rows {
            if common.json {
                StandardOutput.write([
                    "hold_ref": .string(ref), "publisher": JSONValue(publisher), "request": JSONValue(request),
                    "client": JSONValue(client), "people": .integer(people), "placed_at": JSONValue(placed),
                    "until": JSONValue(until),
                    "lifted_at": JSONValue(lifted),
                ])
            }
            let named = people == 0 ? nil : String(people)
            table.add(ref, publisher, request?.text, client, named, placed.short, until?.short, lifted?.short)
        }
        if !common.json { StandardOutput.write(table) }
    }
}
