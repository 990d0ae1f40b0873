import FoundationEssentials
import Ledger
package import Logging
package import Observability
package import Postgres
import Rights
import ServiceLifecycle

/// The clock's part in effects: lets go what is due at targets that have room, and takes back hints that nobody claimed and leases
/// whose holder is gone. Any number of copies; each passes over what another one has in hand.
package struct EffectRelease: Service {
    private let pool: PostgresPool
    private let dispatcher: OutboxDispatcher
    private let interval: Duration
    private let unclaimed: Counter
    private let abandoned: Counter
    private let logger: Logger

    /// Targets in one transaction, and rows taken back by one.
    private let targets: Int
    private let rows: Int

    package init(
        pool: PostgresPool,
        dispatcher: OutboxDispatcher,
        interval: Duration = .milliseconds(500),
        targets: Int = 200,
        rows: Int = 500,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.pool = pool
        self.dispatcher = dispatcher
        self.interval = interval
        self.targets = targets
        self.rows = rows
        unclaimed = metrics.counter(EffectMetrics.rescued, "hint")
        abandoned = metrics.counter(EffectMetrics.rescued, "lease")
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if try await once() { continue }
                } catch {
                    logger.warning("effects wait for the database", metadata: .keys([.reason: "\(error)"]))
                }
                do { try await Task.sleep(for: interval) } catch { return }
            }
        }
    }

    /// One round over everything.
    ///
    /// - Returns: whether there was more to take back than one round does.
    package func once() async throws -> Bool {
        let isMore = try await rescue()
        // Page by page through all targets: many that have no room must not hide one that has.
        var last: String? = ""
        while let after = last {
            last = try await release(after: after)
        }
        return isMore
    }

    private func rescue() async throws -> Bool {
        let (counts, outgoing) = try await pool.withConnection { connection in
            let found = try await connection.pipeline([
                EffectRescue.unclaimed(limit: rows), EffectRescue.abandoned(limit: rows),
                EffectRescue.exhausted(limit: rows),
            ])
            var ended = (count: 0, outgoing: [OutboxRow]())
            let exhausted = try found[2].decode(UUID.self, UUID?.self)
            if !exhausted.isEmpty {
                ended = try await connection.transaction { try await end(exhausted, on: $0) }
            }
            // What another one has locked at this moment is looked at again in the next round, not at once.
            return ([found[0].count, found[1].count, ended.count], ended.outgoing)
        }
        dispatcher.dispatch(outgoing)
        unclaimed.increment(by: UInt64(counts[0]))
        abandoned.increment(by: UInt64(counts[1] + counts[2]))
        return counts.contains { $0 == rows }
    }

    /// Ends effects whose last lease ended without a word, each with its fact; the worker of the case is told, for a person may
    /// have to be called.
    private func end(_ effects: [(UUID, UUID?)], on connection: PostgresConnection) async throws -> (
        count: Int, outgoing: [OutboxRow]
    ) {
        let read = try await connection.pipeline([
            "SELECT habeas.domain_now(), now()", "\(CaseFileRecord.locking(ids: effects.compactMap(\.1))) SKIP LOCKED",
        ])
        let (now, machineNow) = try read[0].only.decode(Date.self, Date.self)
        var cases = Dictionary(
            try read[1].map { row in
                let record = try CaseFileRecord(row: row)
                return (record.id, record)
            },
            uniquingKeysWith: { first, _ in first }
        )
        let ended = try await connection.query(EffectRescue.end(effects.map(\.0), of: Array(cases.keys)))
        var evidence = EvidenceWrites()
        var wakeUps = WakeUps()
        var changed: Set<UUID> = []
        for row in ended {
            let effect = try EffectRecord(row: row)
            guard let id = effect.caseID, var record = cases[id] else { continue }
            let body = Self.text(of: effect)
            evidence.add(
                record.chain.append(
                    "effect.\(effect.state.rawValue)",
                    at: now,
                    actor: "clock",
                    clientID: record.clientID,
                    body: body
                )
            )
            cases[id] = record
            changed.insert(id)
            if let queue = WorkQueue(rawValue: effect.queue) { wakeUps.wake(queue, for: id) }
        }
        var files = CaseFileWrites()
        for id in changed { if let record = cases[id] { files.change(record) } }
        var outbox = OutboxWrites()
        for row in wakeUps.rows(at: now) {
            var row = row
            row.createdAt = machineNow
            outbox.add(row)
        }
        _ = try await connection.pipeline(files.statements + evidence.statements + outbox.statements + ["COMMIT"])
        return (ended.count, outbox.rows)
    }

    private static func text(of effect: EffectRecord) -> String {
        var writer = JSONWriter(capacity: 256)
        writer.object { body in
            body.member("effect", effect.id)
            body.member("kind", effect.kind?.rawValue)
            body.member("target", effect.target)
            body.member("outcome", effect.outcome)
            body.member("cause", effect.cause)
            body.member("attempts", effect.attempts)
            body.member("leases", effect.leases)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Lets effects of the next targets go; answers the last of these, nil where there are no more.
    private func release(after id: String) async throws -> String? {
        let (outgoing, last) = try await pool.withConnection { connection in
            try await connection.transaction { connection in
                let read = try await connection.pipeline([
                    "SELECT habeas.domain_now(), now()", ReadyLine.waiting(after: id, limit: targets),
                ])
                let (now, machineNow) = try read[0].only.decode(Date.self, Date.self)
                let waiting = try read[1].decode(as: String.self)
                guard !waiting.isEmpty else { return ([OutboxRow](), String?.none) }
                let released = try await connection.pipeline(HintRelease(of: waiting).statements)
                let hints = try HintRelease.hints(released, at: now, machineNow: machineNow)
                _ = try await connection.pipeline(hints.statements + ["COMMIT"])
                return (hints.rows, waiting.count == targets ? waiting.last : nil)
            }
        }
        dispatcher.dispatch(outgoing)
        return last
    }
}
