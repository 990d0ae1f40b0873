import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas clients tokens create`
struct ClientTokensCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a token for a client and prints it, this once.",
        discussion: """
            The token is the only thing on standard output, so that it can go straight into a file of mode 600; only a digest of it is \
            kept, and nobody can print it again. Whoever has it reads and decides for the client: give it over a way that you would give \
            a password over. Evidence of the client says who made it.

            Example:
              umask 077; habeas clients tokens create acme --label "their ticket system" --expires 365d > acme.token
            """
    )

    @Argument(help: "The client's id.")
    var client: String

    @Option(help: "What it is for, for lists. No personal data: it is kept as evidence.")
    var label: String?

    @Option(help: ArgumentHelp("Until when it opens anything: a time, or days such as 365d.", valueName: "when"))
    var expires: TokenExpiry?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard
            label.map({ $0.contains { !$0.isWhitespace } && $0.utf8.count <= 200 && !$0.contains(where: \.isNewline) })
                ?? true
        else { throw ValidationError("--label: is not one line of 1 to 200 bytes; write a short text") }
    }

    func run() async throws {
        let (token, expiry) = try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { try await create(on: $0) }
        }
        if common.json {
            StandardOutput.write([
                "token": .string(token.text), "id": JSONValue(token.id), "client": .string(client),
                "label": JSONValue(label), "expires_at": JSONValue(expiry),
            ])
        } else {
            StandardOutput.write(token.text)
        }
    }

    private func create(on connection: PostgresConnection) async throws -> (ClientToken, Date?) {
        let pen = try await EvidencePen(on: connection)
        var chain = try await EvidenceChain.ofClient(client, on: connection)
        let now = try await connection.query("SELECT now()").only.decode(Date.self)
        let expiry = expires?.date(from: now)
        guard expiry.map({ $0 > now }) ?? true else {
            throw Failure("--expires", "is over already", "give a time to come, or days such as 365d")
        }
        let token = ClientToken(at: now)
        let fact = pen.append("token.created", to: &chain, clientID: client) { body in
            body.member("token", token.id)
            body.member("label", label)
            body.member("expires_at", expiry)
        }
        _ = try await connection.pipeline(
            [ClientTokenRecord.insert(token, of: client, label: label, at: now, until: expiry)] + fact
        )
        return (token, expiry)
    }
}

extension EvidenceChain {
    /// A client's chain, its row locked.
    static func ofClient(_ id: String, on connection: PostgresConnection) async throws -> EvidenceChain {
        guard let row = try await connection.query(ChainHeads.lockingClients([id])).first else {
            throw Failure("client", "no client has this id", "see habeas clients list")
        }
        return try ChainHeads.client(row: row).chain
    }
}
