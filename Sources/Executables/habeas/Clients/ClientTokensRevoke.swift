import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas clients tokens revoke`
struct ClientTokensRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Takes a token's rights away at once.",
        discussion: """
            From the commit on it opens nothing, at any copy of the gateway. What was accepted with it before stands.

            Example:
              habeas clients tokens revoke 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --why "found in a repository"
            """
    )

    @Argument(help: "The token's id, as it is listed.", transform: UUID.init(argument:))
    var id: UUID

    @Option(help: ArgumentHelp("The reason, for the evidence; no personal data.", valueName: "text"))
    var why: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let isNew = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { try await revoke(on: $0) }
        }
        if common.json {
            StandardOutput.write(["id": JSONValue(id), "result": isNew ? "revoked" : "unchanged"])
        } else {
            StandardOutput.write(isNew ? "revoked \(id.text)" : "\(id.text) was revoked before")
        }
    }

    private func revoke(on connection: PostgresConnection) async throws -> Bool {
        guard let row = try await connection.query(ClientTokenRecord.locking(id)).first else {
            throw Failure("token", "none has this id", "see habeas clients tokens list")
        }
        let token = try ClientTokenRecord(row: row)
        guard token.revokedAt == nil else { return false }
        let pen = try await EvidencePen(on: connection)
        var chain = try await EvidenceChain.ofClient(token.clientID, on: connection)
        let fact = pen.append("token.revoked", to: &chain, clientID: token.clientID) { body in
            body.member("token", id)
            body.member("why", why)
        }
        _ = try await connection.pipeline([ClientTokenRecord.revoke(id)] + fact)
        return true
    }
}
