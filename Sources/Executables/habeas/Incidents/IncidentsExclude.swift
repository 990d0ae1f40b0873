import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas incidents exclude`
struct IncidentsExclude: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exclude",
        abstract: "Takes clients off the list that waits for an approval: they are not told of the incident.",
        discussion: """
            With a reason that stays in the incident's evidence and in the register; who did it is the database's word. They stay on \
            the list as excluded, so that whoever approves it sees them. It is another list then: read it again. A later phase that \
            names such a client puts it back.

            Example:
              habeas incidents exclude security/INC-7 --client acme --reason "its tenant was moved off that bucket in May"
            """
    )

    @Argument(help: ArgumentHelp("Id of the incident, or PUBLISHER/REF.", valueName: "incident"))
    var name: IncidentName

    @Option(help: ArgumentHelp("A client that waits on the list; several times for several.", valueName: "id"))
    var client: [String]

    @Option(help: "Why. No personal data: it is kept as evidence and printed in the register.")
    var reason: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try TaskReason.validate(reason)
        guard Set(client).count == client.count else {
            throw ValidationError("--client: names a client twice; name each once")
        }
    }

    func run() async throws {
        let list = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                var act = try await IncidentList(of: try await name.resolve(on: connection), on: connection)
                return try await act.exclude(client.sorted(), reason: reason, on: connection)
            }
        }
        if common.json {
            StandardOutput.write([
                "excluded": JSONValue(client.sorted()), "waiting": .integer(list.clients),
                "number": .integer(list.number),
            ])
        } else {
            StandardOutput.write(
                "taken off: \(client.sorted().joined(separator: ", ")); \(list.clients) wait, read the list again with habeas incidents clients"
            )
        }
    }
}
