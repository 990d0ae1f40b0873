package import FoundationEssentials
package import Ledger
package import Postgres
package import Rights

/// Takes effects into this worker's hands: one transaction in which all limits bind.
///
/// The rows of the targets are locked first, so that workers decide one after another about the same target; the effects are
/// locked after them, passing over those that somebody else has in hand. What finds no slot goes back to the line.
package struct EffectClaim<Performer: EffectPerformer>: Sendable {
    /// An effect that this worker is to perform.
    package struct Claimed: Sendable {
        package let lease: EffectLease
        /// Nil where none can be made of what is stored: an attempt that failed.
        package let job: Performer.Job?
        /// Machine time as of the claim, and the same moment by this machine's own clock.
        package let claimedAt: Date
        package let instant: ContinuousClock.Instant
        /// Between two calls to this target, at least; nil without a rate.
        package let spacing: Duration?
    }

    /// How long one is left alone that a hold suspends and that was not known to wait: its worker is told of the hold, and puts it
    /// where it belongs.
    private static var patienceWithHolds: TimeInterval { 60 }

    private let queue: WorkQueue
    private let performer: Performer
    private let pace: CallPace?

    /// - Parameter pace: of the worker's calls; nil for one that takes none ahead.
    package init(_ queue: WorkQueue, performer: Performer, pace: CallPace? = nil) {
        self.queue = queue
        self.performer = performer
        self.pace = pace
    }

    /// Claims those of `ids` that are to be had.
    ///
    /// - Parameter registry: what the performer decides with; read anew where it says that it has changed.
    /// - Returns: the claimed ones, and how many were put back for want of a slot.
    package func take(_ ids: [UUID], registry: RegistryCache? = nil, on connection: PostgresConnection) async throws
        -> (
            claimed: [Claimed], putBack: Int
        )
    {
        var (claimed, putBack, passedOver) = try await takeOnce(ids, registry, on: connection)
        for attempt in 0..<Self.looks where !passedOver.isEmpty {
            // Not a wait for something that could be heard of: a transaction is about to end that holds a lock by the way. Waiting for
            // the lock itself, with those of others in hand, could go round in a circle.
            try? await Task.sleep(for: .milliseconds(5 << attempt))
            // What is claimed is claimed, whatever becomes of the rest.
            guard !Task.isCancelled, let more = try? await takeOnce(passedOver, registry, on: connection) else { break }
            claimed += more.claimed
            putBack += more.putBack
            passedOver = more.passedOver
        }
        return (claimed, putBack)
    }

    /// How often those are looked for again that somebody had locked; the clock finds what is left.
    private static var looks: Int { 4 }

    private func takeOnce(_ ids: [UUID], _ registry: RegistryCache?, on connection: PostgresConnection) async throws
        -> (claimed: [Claimed], putBack: Int, passedOver: [UUID])
    {
        try await connection.transaction { connection in
            let read = try await connection.pipeline([
                TargetRecord.locking(ofEffects: ids),
                TargetRecord.reading(ofEffects: ids),
                EffectLease.claimable(ids, queue: queue),
            ])
            guard let first = read[1].first else { return ([], 0, []) }
            let now = try first.decode("machine_now", as: Date.self)
            let instant = ContinuousClock.now
            var targets: [String: TargetAdmission] = [:]
            for row in read[1] {
                let target = try TargetRecord(row: row)
                targets[target.id] = TargetAdmission(target, at: now)
            }
            let found = Set(try read[2].map { try $0.decode("id", as: UUID.self) })
            let missing = ids.filter { !found.contains($0) }
            var passedOver: [UUID] = []
            if !missing.isEmpty {
                let left = try await connection.query(EffectLease.passedOver(missing, queue: queue))
                passedOver = try left.decode(as: UUID.self)
            }
            var leases: [EffectLease] = []
            var back: [(id: UUID, notBefore: Date)] = []
            var suspended: [(id: UUID, notBefore: Date)] = []
            for row in read[2] {
                let effect = try EffectRecord(row: row)
                if try row.decode("is_suspended", as: Bool.self) {
                    suspended.append((effect.id, now.addingTimeInterval(Self.patienceWithHolds)))
                    continue
                }
                let span = performer.longestCall(of: effect) + performer.margin
                let depth = pace?.depth(at: effect.target) ?? 0
                switch targets[effect.target]?.admit(for: span, depth: depth) {
                case .admitted(let start):
                    let until = start.addingTimeInterval(span / .seconds(1))
                    leases.append(EffectLease(effect, startAt: start, until: until))
                case .ahead:
                    let until = now.addingTimeInterval(span / .seconds(1))
                    leases.append(EffectLease(effect, startAt: now, until: until, isAhead: true))
                case .putBack(let time): back.append((effect.id, time))
                case nil: continue
                }
            }
            pace?.note(targets.values.map(\.target))
            var statements: [SQL] = []
            if !leases.isEmpty {
                statements.append(EffectLease.take(leases))
                statements.append(TargetRecord.update(targets.values.map(\.target)))
            }
            if !suspended.isEmpty { statements.append(EffectLease.putBack(suspended)) }
            if !back.isEmpty {
                statements.append(EffectLease.putBack(back))
                // Last, as everybody takes these locks.
                if targets.values.contains(where: { $0.target.clientID == nil }) {
                    statements.append(ReadyLine.restoreTurns(back.map(\.id)))
                }
            }
            let reading = leases.isEmpty ? [] : performer.reading(leases)
            let results = try await connection.pipeline(statements + reading + ["COMMIT"])
            guard !leases.isEmpty else { return ([], back.count, passedOver) }
            let stored = Array(results[statements.count..<(statements.count + reading.count)])
            let jobs = try await jobs(leases, stored, registry, connection)
            let claimed = zip(leases, jobs).map { lease, job in
                Claimed(
                    lease: lease,
                    job: job,
                    claimedAt: now,
                    instant: instant,
                    spacing: targets[lease.effect.target]?.spacing
                )
            }
            return (claimed, back.count, passedOver)
        }
    }

    /// Gives released effects back to the line, for a worker that is ending.
    package func handBack(_ ids: [UUID], on connection: PostgresConnection) async throws {
        _ = try await connection.query(EffectLease.handBack(ids, queue: queue))
    }

    /// The leases have committed: neither a registry that has moved on nor one of which no job can be made may cost the others
    /// theirs.
    private func jobs(
        _ leases: [EffectLease],
        _ rows: [Rows],
        _ registry: RegistryCache?,
        _ connection: PostgresConnection
    ) async throws -> [Performer.Job?] {
        var rows = rows
        while true {
            do {
                return try performer.jobs(leases, rows)
            } catch let error as RegistryChanged {
                guard let registry else { throw error }
                try await registry.reload(on: connection)
                rows = try await connection.pipeline(performer.reading(leases))
            } catch {
                guard leases.count > 1 else { return [nil] }
                var jobs: [Performer.Job?] = []
                for lease in leases {
                    let rows = try await connection.pipeline(performer.reading([lease]))
                    jobs += try await self.jobs([lease], rows, registry, connection)
                }
                return jobs
            }
        }
    }
}
