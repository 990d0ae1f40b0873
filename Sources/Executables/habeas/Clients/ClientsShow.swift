import ArgumentParser
import Ledger
import Postgres
import Rights

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
            guard case .object(var members) = try client.json() else { return }
            members.append(("cases", .object(cases.map { ($0.0, .integer($0.1)) })))
            members.append(("evidence", client.chain.json))
            StandardOutput.write(.object(members))
            return
        }
        let said = client.declaration
        let channels = said.channels.map { ("channel \($0.name)", Optional($0.summary)) }
        StandardOutput.write(
            Sheet(
                [
                    ("client", said.id), ("names", said.names.joined(separator: ", ")), ("country", said.country),
                    ("time zone", said.timeZone), ("locale", said.locale),
                    ("suspended", said.isSuspended ? "yes" : "no"),
                    ("BAA signed", said.hasBAA ? "yes" : "no"),
                    ("HIPAA agent", said.hasBAA ? (said.hasAgent ? "yes" : "no") : nil),
                    ("DPA signed on", said.dpaSignedOn),
                    ("renews", said.renewsOn.map { "on \($0), every \(said.termMonths) months" }),
                    ("no referral", said.referralProhibited),
                    ("decides", said.decisionRoles.joined(separator: ", ")),
                    ("public key", said.publicKey.map { (try? ReceiverKey(jwk: $0))?.kid ?? "cannot be read" }),
                ] + channels + [
                    ("terminated", client.terminatedAt?.short),
                    ("applied", "\(client.appliedAt.short) by \(client.appliedBy)"),
                    ("cases", cases.map { "\($0.0) \($0.1)" }.joined(separator: ", ")), ("evidence", client.chain.text),
                ]
            )
        )
    }
}

extension ClientChannel {
    /// What an operator tells it by. References to secrets are shown, secrets are not here.
    fileprivate var summary: String {
        var parts = [kind.rawValue]
        if let url { parts.append(url) }
        if !addresses.isEmpty { parts.append(addresses.joined(separator: ", ")) }
        if !secrets.isEmpty { parts.append("signed with \(secrets.joined(separator: " and "))") }
        if isInternal { parts.append("internal") }
        if isThin { parts.append("thin") }
        if kind != .mail {
            parts.append("\(inFlight) at once" + (perSecond.map { ", \($0) a second" } ?? ""))
            if keepsConnections { parts.append("connections kept") }
        }
        return parts.joined(separator: "; ")
    }
}
