package import Fleet
import FoundationEssentials
import Ledger
package import Logging
import Observability
package import Postgres
import Rights
import ServiceLifecycle

/// Ends holds on clients and on people at their time, and tells the workers of the cases concerned when such a hold was placed or
/// is over, a few hundred cases a transaction. By any number of copies.
///
/// A hold on a case has a clock of that case's own. These have no case: the row of the hold is the list of what is to be done,
/// with the last case that was told. What a dead copy had begun was never committed and is found again.
package struct HoldLook: Service {
    /// Holds ended, and cases told, in one transaction.
    private static let most = 50
    private static let chunk = 500

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
        await Rounds.run(every: interval, "holds wait", logger) {
            try await once()
        }
    }

    /// One round; answers whether there was something to do.
    package func once() async throws -> Bool {
        let ended = try await pool.withConnection { connection in
            try await connection.transaction { try await self.end(on: $0) }
        }
        let told = try await pool.withConnection { connection in
            try await connection.transaction { try await self.tell(on: $0) }
        }
        dispatcher.dispatch(told ?? [])
        return ended || told != nil
    }

    // MARK: Ending

    private func end(on connection: PostgresConnection) async throws -> Bool {
        let read = try await connection.pipeline([
            "SELECT habeas.domain_now()",
            """
            SELECT id, client_id, people, until FROM habeas.hold
             WHERE lifted_at IS NULL AND case_id IS NULL AND until <= habeas.domain_now()
             ORDER BY id LIMIT \(Self.most) FOR NO KEY UPDATE SKIP LOCKED
            """,
        ])
        let now = try read[0].only.decode(0, as: Date.self)
        let due = try read[1].decode(UUID.self, String?.self, Int.self, Date.self)
        guard !due.isEmpty else { return false }
        let locked = try await connection.pipeline([
            ChainHeads.lockingClients(Array(Set(due.compactMap(\.1)))), ChainHeads.lockingInstallation,
        ])
        var clients: [String: EvidenceChain] = [:]
        for row in locked[0] {
            let (id, chain) = try ChainHeads.client(row: row)
            clients[id] = chain
        }
        var installation = try ChainHeads.installation(row: locked[1].only)
        var evidence = EvidenceWrites()
        for (id, client, _, until) in due {
            var body = JSONWriter()
            body.object { body in
                body.member("hold", id)
                body.member("until", until)
            }
            let text = String(decoding: body.bytes, as: UTF8.self)
            func say(in chain: inout EvidenceChain) {
                evidence.add(chain.append("hold.ended", at: now, actor: "clock", clientID: client, body: text))
            }
            if let client, var chain = clients[client] {
                say(in: &chain)
                clients[client] = chain
            } else {
                say(in: &installation)
            }
        }
        let heads = (clients.values + [installation]).compactMap(ChainHeads.write)
        let frees = due.map { id, client, people, _ in Holds.free(Holds.Scope(of: id, client: client, people: people)) }
        _ = try await connection.pipeline(
            [Holds.lift(due.map(\.0), at: now)] + frees + evidence.statements + heads + ["COMMIT"]
        )
        return true
    }

    // MARK: Telling

    /// Nil where there is nobody to tell.
    private func tell(on connection: PostgresConnection) async throws -> [OutboxRow]? {
        let read = try await connection.pipeline([
            "SELECT habeas.domain_now(), now()",
            """
            SELECT id, client_id, people, told_to, lifted_at IS NOT NULL FROM habeas.hold WHERE told_to IS NOT NULL
             ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
            """,
        ])
        let (now, machineNow) = try read[0].only.decode(Date.self, Date.self)
        guard
            let (id, client, people, last, isOver) = try read[1].decode(
                UUID.self,
                String?.self,
                Int.self,
                UUID.self,
                Bool.self
            ).first
        else { return nil }
        let cases = try await connection.query(
            Holds.cases(Holds.Scope(of: id, client: client, people: people), after: last, limit: Self.chunk)
        ).decode(as: UUID.self)
        var wakeUps = WakeUps()
        for id in cases { wakeUps.wake(.erasure, for: id) }
        var outbox = OutboxWrites()
        for row in wakeUps.rows(at: now) {
            var row = row
            row.createdAt = machineNow
            outbox.add(row)
        }
        let isLast = cases.count < Self.chunk
        var statements: [SQL] = [
            "UPDATE habeas.hold SET told_to = \(isLast ? nil : cases.last) WHERE id = \(id)"
        ]
        // Nobody has to be found by them any more.
        if isLast, isOver { statements.append("DELETE FROM habeas.hold_identity WHERE hold_id = \(id)") }
        _ = try await connection.pipeline(statements + outbox.statements + ["COMMIT"])
        return outbox.rows
    }
}
