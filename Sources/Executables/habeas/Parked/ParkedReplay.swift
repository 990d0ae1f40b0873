import ArgumentParser
import Fleet
import FoundationEssentials
import Ledger
import Postgres
import Rights

/// `habeas parked replay`
struct ParkedReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Has intake read parked messages again.",
        discussion: """
            The publisher, the content and the time of the first receipt stay as they were. What is refused again stays parked \
            with its new reason.

            Example:
              habeas parked replay 0199f2c4-7a10-7d2e-9c55-0c1d2e3f4a5b
              habeas parked replay --fault unknown_client --field data.client
            """
    )

    @Argument(help: "Id of a parked message.", transform: UUID.init(argument:))
    var id: UUID?

    @OptionGroup var reason: ParkedReason
    @OptionGroup var common: CommonOptions

    /// Rows of one transaction.
    private static let chunk = 500

    func validate() throws {
        guard (id == nil) != (reason.fault == nil) else {
            throw ValidationError("id: one of an id and --fault must be given; name one message, or those of one fault")
        }
    }

    func run() async throws {
        var requested = 0
        var impossible = 0
        try await DatabaseSession.run(try common.configuration()) { connection in
            var last = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
            while true {
                let page = try await connection.transaction { try await request(after: last, on: $0) }
                requested += page.requested
                impossible += page.impossible
                guard let end = page.last else { break }
                last = end
            }
        }
        if let id, requested == 0 {
            throw Failure(
                id.text,
                impossible > 0 ? "its content is no longer whole" : "is not an open parked message",
                impossible > 0 ? "ask the publisher to send it again, then discard it" : "see habeas parked list"
            )
        }
        if common.json {
            StandardOutput.write(["requested": .integer(requested), "impossible": .integer(impossible)])
        } else {
            let rest = impossible == 0 ? "" : "; \(impossible) have lost their content and can only be discarded"
            StandardOutput.write(
                "\(requested == 1 ? "1 message goes" : "\(requested) messages go") back to intake\(rest)"
            )
        }
    }

    private func request(
        after last: UUID,
        on connection: PostgresConnection
    ) async throws -> (last: UUID?, requested: Int, impossible: Int) {
        let condition: SQL = id.map { "p.id = \($0)" } ?? reason.condition
        let rows = try await connection.query(
            """
            SELECT p.id, p.chain_id, p.evidence_seq, p.evidence_head, p.payload IS NOT NULL AND NOT p.truncated, now()
              FROM habeas.parked_message p
             WHERE p.state = 'open' AND p.id > \(last) AND \(condition)
             ORDER BY p.id LIMIT \(Self.chunk) FOR NO KEY UPDATE
            """
        ).decode(UUID.self, UUID.self, Int.self, [UInt8].self, Bool.self, Date.self)
        guard let end = rows.last else { return (nil, 0, 0) }
        let whole = rows.filter(\.4)
        let pen = try await EvidencePen(on: connection)
        var statements: [SQL] = []
        for (id, chainID, sequence, head, _, _) in whole {
            var chain = EvidenceChain(.parked, id: chainID, sequence: sequence, head: head)
            statements += pen.append("parked.replay_requested", to: &chain) { $0.member("parked", id) }
        }
        // No grace: nobody but the relay publishes this row.
        var outbox = OutboxWrites(grace: .zero)
        for row in OutboxRow.replaying(whole.map(\.0), at: end.5) { outbox.add(row) }
        statements += outbox.statements
        if !statements.isEmpty { _ = try await connection.pipeline(statements) }
        return (end.0, whole.count, rows.count - whole.count)
    }
}
