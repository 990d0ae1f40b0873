import ArgumentParser
import Postgres

/// `habeas clients show`
struct ClientsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one client, its cases by state and the end of its evidence.",
        discussion: """
            Example:
              habeas clients show acme
            """
    )

    @Argument(help: "The client's id.")
    var id: String

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let (client, cases) = try await DatabaseSession.run(try common.configuration()) { connection in
            let results = try await connection.pipeline([
                StoredClient.select("WHERE id = \(id)"),
                "SELECT state, count(*)::int8 FROM habeas.case_file WHERE client_id = \(id) GROUP BY state ORDER BY state",
            ])
            return (try results[0].first.map(StoredClient.init), try results[1].decode(String.self, Int.self))
        }
        guard let client else {
            throw Failure("client", "no client has this id", "see habeas clients list")
        }
        if common.json {
            guard case .object(var members) = client.json else { return }
            members.append(("cases", .object(cases.map { ($0.0, .integer($0.1)) })))
            members.append(("evidence", client.chain.json))
            StandardOutput.write(.object(members))
            return
        }
        let said = client.declaration
        StandardOutput.write(
            Sheet([
                ("client", said.id), ("names", said.names.joined(separator: ", ")), ("country", said.country),
                ("time zone", said.timeZone), ("locale", said.locale), ("suspended", said.isSuspended ? "yes" : "no"),
                ("BAA signed", said.hasBAA ? "yes" : "no"), ("DPA signed on", said.dpaSignedOn),
                ("renews", said.renewsOn.map { "on \($0), every \(said.termMonths) months" }),
                ("terminated", client.terminatedAt?.short),
                ("applied", "\(client.appliedAt.short) by \(client.appliedBy)"),
                ("cases", cases.map { "\($0.0) \($0.1)" }.joined(separator: ", ")), ("evidence", client.chain.text),
            ])
        )
    }
}
