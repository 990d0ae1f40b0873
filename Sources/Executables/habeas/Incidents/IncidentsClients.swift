import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas incidents clients`
struct IncidentsClients: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients",
        abstract:
            "Prints the list of the clients that an incident affects, why and with what numbers, for an approval.",
        discussion: """
            Where the publisher's profile has `breach_approval`, nobody on it is told before a person has approved it with habeas \
            approve. A client is on it because a phase names it or, where none names any, because a system of the incident can hold \
            its data. The last line is the digest of the list as it is printed; the approval names it. With --json an object a line: \
            the clients, then the list.

            Example:
              habeas incidents clients security/INC-7
              habeas incidents clients security/INC-7 --json | jq -r 'select(.state == "waits").client'
            """
    )

    @Argument(help: ArgumentHelp("Id of the incident, or PUBLISHER/REF.", valueName: "incident"))
    var name: IncidentName

    @OptionGroup var common: CommonOptions

    /// Clients a page.
    private static let page = 1_000

    func run() async throws {
        try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { connection in
                // One moment for all pages and for the digest.
                _ = try await connection.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                let id = try await name.resolve(on: connection)
                let results = try await connection.pipeline([
                    BreachListRecord.last(of: id),
                    "SELECT cardinality(phases)::int8 FROM habeas.incident WHERE id = \(id)",
                ])
                guard let list = try results[0].first.map(BreachListRecord.init) else {
                    throw Failure(
                        "incident",
                        "has no list of its clients that is to be approved",
                        "they are told without one, or it is being worked out; see `habeas incidents show`"
                    )
                }
                let phases = try results[1].only.decode(0, as: Int.self)
                var table = ListedClient.table
                var last: String?
                repeat {
                    let rows = try await connection.query(
                        BreachClientRecord.reading(of: id, after: last, limit: Self.page)
                    ).map(BreachClientRecord.init)
                    let told = try await told(rows.map(\.clientID), of: id, on: connection)
                    for row in rows {
                        let client = ListedClient(row: row, toldAt: told[row.clientID] ?? nil)
                        if common.json { StandardOutput.write(client.json) } else { client.add(to: &table) }
                    }
                    last = rows.count == Self.page ? rows.last?.clientID : nil
                } while last != nil
                if !common.json { StandardOutput.write(table) }
                say(list, isCurrent: list.phases == phases)
            }
        }
    }

    private func told(_ clients: [String], of incident: UUID, on connection: PostgresConnection) async throws
        -> [String: Date?]
    {
        let rows = try await connection.query(
            """
            SELECT client_id, told_at FROM habeas.breach_notice
             WHERE incident_id = \(incident) AND client_id = ANY(\(clients)::text[])
            """
        ).decode(String.self, Date?.self)
        return Dictionary(rows) { first, _ in first }
    }

    private func say(_ list: BreachListRecord, isCurrent: Bool) {
        if common.json {
            StandardOutput.write([
                "list": .string(list.digest), "number": .integer(list.number), "waiting": .integer(list.clients),
                "excluded": .integer(list.excluded), "made_at": JSONValue(list.madeAt),
                "current": .bool(isCurrent), "approved_at": JSONValue(list.approvedAt),
                "approved_by": JSONValue(list.approvedBy), "reason": JSONValue(list.reason),
            ])
        } else if let approved = list.approvedAt, let by = list.approvedBy {
            StandardOutput.write("\napproved by \(by) at \(approved.short)")
        } else if isCurrent {
            StandardOutput.write("\n\(list.clients) wait for an approval of the list \(list.digest)")
        } else {
            StandardOutput.write("\na later phase has come in: the list is being made anew")
        }
    }
}
