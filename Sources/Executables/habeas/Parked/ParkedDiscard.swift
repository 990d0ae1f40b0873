import ArgumentParser
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas parked discard`
struct ParkedDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Closes a parked message without handling it.",
        discussion: """
            The reason stays in the evidence, its content goes after its retention, its triage clock ends.

            Example:
              habeas parked discard 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b --why "sent again by the publisher with the field corrected"
            """
    )

    @Argument(help: "Id of the parked message.", transform: UUID.init(argument:))
    var id: UUID

    @Option(help: ArgumentHelp("The reason; recorded, so no personal data in it.", valueName: "text"))
    var why: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard why.contains(where: { !$0.isWhitespace }) else {
            throw ValidationError("--why: is empty; say why nothing is owed for this message")
        }
    }

    func run() async throws {
        try await DatabaseSession.run(try common.configuration()) { connection in
            try await connection.transaction { try await discard(on: $0) }
        }
        if common.json {
            StandardOutput.write(["id": JSONValue(id), "state": "discarded"])
        } else {
            StandardOutput.write("discarded \(id.text)")
        }
    }

    private func discard(on connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            "SELECT state, chain_id, evidence_seq, evidence_head FROM habeas.parked_message WHERE id = \(id) FOR NO KEY UPDATE"
        )
        guard let row = rows.first else { throw ParkedMessage.unknown }
        let (state, chainID, sequence, head) = try row.decode(String.self, UUID.self, Int.self, [UInt8].self)
        guard state == "open" else {
            throw Failure("parked", "this message was \(state) before", "see habeas parked show \(id.text)")
        }
        let pen = try await EvidencePen(on: connection)
        var chain = EvidenceChain(.parked, id: chainID, sequence: sequence, head: head)
        let fact = pen.append("parked.discarded", to: &chain) { body in
            body.member("parked", id)
            body.member("why", why)
        }
        _ = try await connection.pipeline(
            [
                """
                UPDATE habeas.parked_message
                   SET state = 'discarded', resolved_at = \(pen.now), resolved_by = session_user, resolution = \(why)
                 WHERE id = \(id)
                """,
                """
                UPDATE habeas.deadline SET state = CASE WHEN due_at < \(pen.now) THEN 'missed' ELSE 'met' END, next_at = NULL
                 WHERE subject_id = \(id) AND state = 'open'
                """,
            ] + fact
        )
    }
}
