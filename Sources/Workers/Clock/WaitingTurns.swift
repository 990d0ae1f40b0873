package import Fleet
import FoundationEssentials
import Ledger
package import Logging
import Observability
package import Postgres
import Rights
import ServiceLifecycle

/// Asks intake for what came over its publisher's rate, when its turn has come. By any number of copies.
package struct WaitingTurns: Service {
    /// Messages asked for in one transaction.
    private static let chunk = 500
    /// What is still open so long after it was asked for is asked for again: nothing waits for ever because a hint went astray.
    private static let patience = Duration.seconds(3_600)

    private let pool: PostgresPool
    private let dispatcher: OutboxDispatcher
    private let interval: Duration
    private let logger: Logger

    package init(
        pool: PostgresPool,
        dispatcher: OutboxDispatcher,
        interval: Duration = .seconds(1),
        logger: Logger
    ) {
        self.pool = pool
        self.dispatcher = dispatcher
        self.interval = interval
        self.logger = logger
    }

    package func run() async throws {
        await Rounds.run(every: interval, "turns wait", logger) {
            try await ask() == Self.chunk
        }
    }

    /// One transaction of it; returns how many messages were asked for.
    package func ask() async throws -> Int {
        let (count, rows) = try await pool.withConnection { connection in
            try await connection.transaction { try await self.ask(on: $0) }
        }
        dispatcher.dispatch(rows)
        return count
    }

    private func ask(on connection: PostgresConnection) async throws -> (Int, [OutboxRow]) {
        let results = try await connection.pipeline([
            "SELECT habeas.domain_now(), now()",
            """
            SELECT id, evidence_seq, evidence_head FROM habeas.parked_message
             WHERE state = 'open' AND replay_at <= now()
             ORDER BY replay_at, id LIMIT \(Self.chunk) FOR NO KEY UPDATE SKIP LOCKED
            """,
        ])
        let (now, machineNow) = try results[0].only.decode(Date.self, Date.self)
        let due = try results[1].decode(UUID.self, Int.self, [UInt8].self)
        guard !due.isEmpty else { return (0, []) }
        var evidence = EvidenceWrites()
        var chains: [(id: UUID, chain: EvidenceChain)] = []
        for (id, sequence, head) in due {
            var chain = EvidenceChain(.parked, id: id, sequence: sequence, head: head)
            evidence.add(
                chain.append("parked.replay_requested", at: now, actor: "clock", clientID: nil, body: body(id))
            )
            chains.append((id, chain))
        }
        var outbox = OutboxWrites()
        for row in OutboxRow.replaying(due.map(\.0), at: machineNow) { outbox.add(row) }
        let asked: SQL = """
            UPDATE habeas.parked_message SET replay_at = now() + \(Self.patience)::interval WHERE id = ANY(\(due.map(\.0))::uuid[])
            """
        _ = try await connection.pipeline(
            [asked] + ChainHeads.write(parked: chains) + evidence.statements + outbox.statements + ["COMMIT"]
        )
        return (due.count, outbox.rows)
    }

    private func body(_ id: UUID) -> String {
        var writer = JSONWriter()
        writer.object { $0.member("parked", id) }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
