import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas publishers revoke`
struct PublishersRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Takes a publisher's rights away at once.",
        discussion: """
            From the commit on every event of it is refused, also those already in the queue. Then the broker login loses its \
            rights and its connections are closed. Running it again repeats the broker's part.

            Example:
              habeas publishers revoke helpdesk --why "password found in a log"
            """
    )

    @Argument(help: "The publisher's id.")
    var id: String

    @Option(help: ArgumentHelp("The reason, for the evidence; no personal data.", valueName: "text"))
    var why: String?

    @Flag(help: "Change the database only; the broker login is left as it is.")
    var withoutBroker = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let configuration = try common.configuration()
        let (user, isNew) = try await DatabaseSession.run(configuration) { connection in
            try await connection.transaction { try await revoke(on: $0) }
        }
        if !withoutBroker {
            do {
                try await PublisherLogins(configuration).withdraw(id, user: user)
            } catch {
                // The important half is done: say so before saying what is left.
                StandardError.write("habeas: publisher \(id) is revoked in the registry; its broker login is not yet")
                throw error
            }
        }
        if common.json {
            StandardOutput.write([
                "id": .string(id), "result": isNew ? "revoked" : "unchanged", "broker": .bool(!withoutBroker),
            ])
        } else {
            StandardOutput.write(isNew ? "revoked \(id)" : "\(id) was revoked before")
        }
    }

    private func revoke(on connection: PostgresConnection) async throws -> (user: String, isNew: Bool) {
        let rows = try await connection.query(
            "SELECT broker_user, revoked_at IS NOT NULL FROM habeas.publisher WHERE id = \(id) FOR NO KEY UPDATE"
        )
        guard let row = rows.first else {
            throw Failure("publisher", "no publisher has this id", "see habeas publishers list")
        }
        let (user, isRevoked) = try row.decode(String.self, Bool.self)
        guard !isRevoked else { return (user, false) }
        let pen = try await EvidencePen(on: connection)
        var chain = try await EvidenceChain.ofInstallation(on: connection)
        let fact = pen.append("publisher.revoked", to: &chain) { body in
            body.member("publisher", id)
            body.member("why", why)
        }
        _ = try await connection.pipeline(
            [
                """
                UPDATE habeas.publisher SET revoked_at = \(pen.now), applied_at = now(), applied_by = session_user
                 WHERE id = \(id)
                """
            ] + fact
        )
        return (user, true)
    }
}
