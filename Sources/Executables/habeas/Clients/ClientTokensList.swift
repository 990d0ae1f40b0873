import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas clients tokens list`
struct ClientTokensList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract:
            "Lists the clients' tokens: never what they are, only what they are for and whether they open anything.",
        discussion: """
            Example:
              habeas clients tokens list --client acme --json
            """
    )

    @Option(help: "Only this client's.")
    var client: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let (tokens, now) = try await DatabaseSession.run(try common.configuration()) { connection in
            let results = try await connection.pipeline([ClientTokenRecord.reading(of: client), "SELECT now()"])
            return (try results[0].map(ClientTokenRecord.init), try results[1].only.decode(Date.self))
        }
        var table = TextTable(
            "TOKEN",
            "CLIENT",
            "STATE",
            "LABEL",
            "CREATED",
            "BY",
            "EXPIRES",
            "LAST USED",
            empty: "no tokens"
        )
        for token in tokens {
            let state = token.fault(at: now).map { $0 == .revoked ? "revoked" : "expired" } ?? "valid"
            if common.json {
                StandardOutput.write([
                    "id": JSONValue(token.id), "client": .string(token.clientID), "state": .string(state),
                    "label": JSONValue(token.label), "created_at": JSONValue(token.createdAt),
                    "created_by": .string(token.createdBy), "expires_at": JSONValue(token.expiresAt),
                    "last_used_at": JSONValue(token.lastUsedAt), "revoked_at": JSONValue(token.revokedAt),
                    "revoked_by": JSONValue(token.revokedBy),
                ])
            }
            table.add(
                token.id.text,
                token.clientID,
                state,
                token.label,
                token.createdAt.short,
                token.createdBy,
                token.expiresAt?.short,
                token.lastUsedAt?.short
            )
        }
        if !common.json { StandardOutput.write(table) }
    }
}
