package import Fleet
package import FoundationEssentials
import Ledger
package import Logging
import Observability
package import Postgres
import Rights
import ServiceLifecycle

/// Fires clocks that have come due: exactly once in effect, by any number of copies, after an outage in the order they came
/// due.
///
/// Each round looks for subjects without a lock, locks those that nobody else holds, reads their clocks again under the lock,
/// decides, and writes everything in the same transaction. What a dead copy had begun was never committed and is found again.
package struct DueDeadlines: Service {
    private let pool: PostgresPool
    private let registry: RegistryCache
    private let dispatcher: OutboxDispatcher
    private let gate: OutageGate
    private let interval: Duration
    private let logger: Logger

    /// Subjects in one transaction.
    private static let batch = 500
    /// How many due subjects a copy chooses from: others find theirs among those it leaves.
    private static let choice = 2_000

    /// - Parameter interval: how often to look when nothing is due.
    package init(
        pool: PostgresPool,
        registry: RegistryCache,
        dispatcher: OutboxDispatcher,
        gate: OutageGate,
        interval: Duration = .seconds(1),
        logger: Logger
    ) {
        self.pool = pool
        self.registry = registry
        self.dispatcher = dispatcher
        self.gate = gate
        self.interval = interval
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var wasRefused = false
            while !Task.isCancelled {
                do {
                    if try await fire() > 0 { continue }
                    if wasRefused { await gate.accepted() }
                    wasRefused = false
                } catch {
                    switch FailureClass(error) {
                    case .conflict: continue
                    case .outage:
                        logger.warning("clocks wait for the database", metadata: .keys([.reason: "\(error)"]))
                    case .defect(let code), .guilty(let code):
                        // Nothing fires while this lasts: the worker must not look ready.
                        logger.error("clocks cannot be fired", metadata: .keys([.reason: "\(error)"]))
                        await gate.refused(code: code)
                        wasRefused = true
                    }
                }
                do { try await Task.sleep(for: interval) } catch { return }
            }
        }
    }

    /// One transaction of it; returns how many clocks had an effect.
    package func fire() async throws -> Int {
        do {
            let (count, rows) = try await pool.withConnection { connection in
                try await connection.transaction { try await self.fire(on: $0) }
            }
            dispatcher.dispatch(rows)
            return count
        } catch let error as RegistryChanged {
            try await pool.withConnection { try await registry.reload(on: $0) }
            throw error
        }
    }

    /// Moves the domain time of a play database to `time`, firing on the way whatever comes due, in order. Returns how many
    /// clocks were looked at.
    ///
    /// - Throws: ``StartError`` on a database that is not for play.
    package func play(until time: Date) async throws -> Int {
        guard
            try await pool.withConnection({
                try await $0.query("SELECT play FROM habeas.installation").only.decode(Bool.self)
            })
        else {
            throw StartError(
                .configuration,
                "--at: this database keeps real time; only one made with `habeas migrate up --play` can be moved"
            )
        }
        var count = 0
        while !Task.isCancelled {
            let next = try await pool.withConnection { connection in
                try await connection.query("SELECT min(next_at) FROM habeas.deadline WHERE next_at <= \(time)").only
                    .decode(Date?.self)
            }
            try await pool.withConnection { _ = try await $0.query("SELECT habeas.play_until(\(next ?? time))") }
            guard next != nil else { return count }
            do {
                count += try await fire()
            } catch is RegistryChanged {
                continue
            }
        }
        return count
    }

    // MARK: One transaction

    private func fire(on connection: PostgresConnection) async throws -> (Int, [OutboxRow]) {
        let due: SQL = """
            SELECT subject_id, case_id FROM habeas.deadline WHERE next_at <= habeas.domain_now()
             ORDER BY next_at LIMIT \(Self.choice)
            """
        let locked = try await connection.pipeline([
            "SELECT habeas.domain_now(), now(), registry_version FROM habeas.installation",
            """
            WITH due AS MATERIALIZED (\(due))
            SELECT \(CaseFileRecord.columns) FROM habeas.case_file
             WHERE id IN (SELECT case_id FROM due WHERE case_id IS NOT NULL)
             ORDER BY id LIMIT \(Self.batch) FOR NO KEY UPDATE SKIP LOCKED
            """,
            """
            WITH due AS MATERIALIZED (\(due))
            SELECT \(IncidentRecord.columns) FROM habeas.incident
             WHERE id IN (SELECT subject_id FROM due WHERE case_id IS NULL)
             ORDER BY id LIMIT \(Self.batch) FOR NO KEY UPDATE SKIP LOCKED
            """,
            """
            WITH due AS MATERIALIZED (\(due))
            SELECT id, chain_id, evidence_seq, evidence_head FROM habeas.parked_message
             WHERE id IN (SELECT subject_id FROM due WHERE case_id IS NULL)
             ORDER BY id LIMIT \(Self.batch) FOR NO KEY UPDATE SKIP LOCKED
            """,
            """
            WITH due AS MATERIALIZED (\(due))
            SELECT id FROM habeas.review
             WHERE id IN (SELECT subject_id FROM due WHERE case_id IS NULL)
             ORDER BY id LIMIT \(Self.batch) FOR NO KEY UPDATE SKIP LOCKED
            """,
        ])
        let (now, machineNow, version) = try locked[0].only.decode(Date.self, Date.self, Int64.self)
        let registry = registry.current
        guard version == registry.version else { throw RegistryChanged() }
        var fold = ClockFold(at: now, registry: registry)
        for row in locked[1] { fold.add(try CaseFileRecord(row: row)) }
        for row in locked[2] { fold.add(try IncidentRecord(row: row)) }
        for row in locked[3] {
            let (id, chain, sequence, head) = try row.decode(UUID.self, UUID.self, Int.self, [UInt8].self)
            fold.add(parked: id, EvidenceChain(.parked, id: chain, sequence: sequence, head: head))
        }
        // A review that is about no case has the installation's chain, whose row is locked last.
        let reviews = try locked[4].decode(as: UUID.self)
        if !reviews.isEmpty {
            fold.add(
                reviews: reviews,
                try ChainHeads.installation(row: try await connection.query(ChainHeads.lockingInstallation).only)
            )
        }
        guard !fold.subjects.isEmpty else { return (0, []) }
        let read = try await connection.pipeline([
            DeadlineRecord.due(fold.subjects, at: now), PauseWrites.reading(fold.caseIDs), Holds.open(on: fold.caseIDs),
        ])
        for row in read[1] {
            let (id, pause) = try PauseWrites.decode(row)
            fold.add(pause, of: id)
        }
        for (id, _, until) in try read[2].decode(UUID.self, UUID.self, Date?.self) {
            fold.add(holdUntil: until, on: id)
        }
        if !fold.linked.isEmpty {
            let equals = try await connection.query(
                """
                SELECT linked.id, first.state FROM habeas.case_file linked JOIN habeas.case_file first ON first.id = linked.linked_to
                 WHERE linked.id = ANY(\(fold.linked)::uuid[])
                """
            )
            for row in equals {
                let (id, state) = try row.decode(UUID.self, String.self)
                fold.add(equal: try Stored.word(state, "case_file.state"), of: id)
            }
        }
        if !fold.incidentIDs.isEmpty {
            let open = try await connection.query(
                """
                SELECT incident_id FROM habeas.review
                 WHERE incident_id = ANY(\(fold.incidentIDs)::uuid[]) AND kind = \(ReviewKind.breachClients.rawValue) AND settled_at IS NULL
                """
            ).decode(as: UUID.self)
            for id in open { fold.add(review: .breachClients, of: id) }
        }
        for row in read[0] { fold.fire(try DeadlineRecord(row: row)) }
        try await fold.settle(on: connection)
        let (statements, outgoing) = fold.finished(machineNow: machineNow)
        _ = try await connection.pipeline(statements + ["COMMIT"])
        return (fold.fired, outgoing)
    }
}
