import ArgumentParser
import Postgres
import Rights

/// `habeas clients list`
struct ClientsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the clients.",
        discussion: """
            Example:
              habeas clients list --json
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let clients = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.query(StoredClient.select("ORDER BY id")).map(StoredClient.init)
        }
        var table = TextTable(
            "CLIENT",
            "COUNTRY",
            "TIME ZONE",
            "LOCALE",
            "DPA",
            "BAA",
            "STATE",
            "CHANNELS",
            "NAMES",
            empty: "no clients"
        )
        for client in clients {
            if common.json { StandardOutput.write(try client.json()) }
            let said = client.declaration
            let state = client.terminatedAt != nil ? "terminated" : said.isSuspended ? "suspended" : "active"
            table.add(
                said.id,
                said.country,
                said.timeZone,
                said.locale,
                said.dpaSignedOn ?? "missing",
                said.hasBAA ? (said.hasAgent ? "signed" : "signed, no agent") : nil,
                state,
                said.channels.isEmpty ? nil : said.channels.map(\.name).joined(separator: ", "),
                said.names.joined(separator: ", ")
            )
        }
        if !common.json { StandardOutput.write(table) }
    }
}
