package import FoundationEssentials
package import Ledger
package import Postgres
package import Rights

/// One transaction about cases of a worker: lock them, enter what came of attempts, decide, write, let effects go.
package struct CaseWork<Planner: EffectPlanner>: Sendable {
    package let queue: WorkQueue
    private let planner: Planner
    private let registry: RegistryCache
    private let pace: CallPace?

    /// - Parameter pace: of the worker's calls.
    package init(_ queue: WorkQueue, planner: Planner, registry: RegistryCache, pace: CallPace? = nil) {
        self.queue = queue
        self.planner = planner
        self.registry = registry
        self.pace = pace
    }

    /// See ``EffectPlanner/cases(of:on:)``.
    package func cases(of ids: [UUID], on connection: PostgresConnection) async throws -> (
        ids: [UUID], outgoing: [OutboxRow]
    ) {
        do {
            return try await planner.cases(of: ids, on: connection)
        } catch let error as RegistryChanged {
            try await registry.reload(on: connection)
            throw error
        }
    }

    /// A worker has begun an effect that was taken for pending: everything is decided anew.
    private struct EffectBegan: Error {}

    /// Looks at these cases and commits what follows.
    ///
    /// - Parameters:
    ///   - attempts: what came of effects, of these cases or of none. What a successor has taken over meanwhile is dropped.
    ///   - plans: false where a decision about these cases failed: what came of the attempts is entered all the same, and the
    ///     decision is asked for by a message of its own.
    /// - Returns: the messages to be published, hints included.
    package func run(
        _ ids: [UUID],
        attempts: [EffectAttempt] = [],
        plans: Bool = true,
        on connection: PostgresConnection
    ) async throws -> [OutboxRow] {
        while true {
            do {
                return try await connection.transaction { connection in
                    try await work(ids, attempts, plans, on: connection)
                }
            } catch is EffectBegan {
                continue
            } catch let error as RegistryChanged {
                try await registry.reload(on: connection)
                throw error
            }
        }
    }

    private func work(_ ids: [UUID], _ attempts: [EffectAttempt], _ plans: Bool, on connection: PostgresConnection)
        async throws -> [OutboxRow]
    {
        let ids = Array(Set(ids))
        let targets = Array(Set(attempts.map(\.lease.effect.target)))
        let changing = self.changing(targets, attempts)
        let hasBegun = !attempts.isEmpty && Set(attempts.compactMap(\.lease.effect.caseID)).isSuperset(of: ids)
        let wanted = hasBegun ? planner.readingFurther(ids) : planner.reading(ids)
        let fixed: [SQL] = [
            CaseFileRecord.locking(ids: ids),
            "SELECT habeas.domain_now(), now(), registry_version FROM habeas.installation",
            PauseWrites.reading(ids),
            TargetRecord.locking(changing),
            // With those that got slots of theirs: everybody locks effects in the order of their ids.
            EffectEnding.owned(
                (attempts.map(\.lease) + attempts.compactMap(\.passedTo)).map { ($0.effect.id, $0.token) }
            ),
            TargetRecord.reading(changing),
            EffectRecord.reading(of: ids),
        ]
        let read = try await connection.pipeline(fixed + (plans ? wanted : []))
        let (now, machineNow, version) = try read[1].only.decode(Date.self, Date.self, Int64.self)
        let registry = registry.current
        guard version == registry.version else { throw RegistryChanged() }

        var desk = CaseDesk(queue, at: now, machineNow: machineNow, registry: registry)
        for row in read[0] { desk.add(try CaseFileRecord(row: row)) }
        for row in read[2] {
            let (id, pause) = try PauseWrites.decode(row)
            desk.add(pause, of: id)
        }
        for row in read[6] { desk.add(try EffectRecord(row: row)) }

        // By number, not by effect alone: a lease that ended and its successor may both have been this worker's.
        var owned: [UUID: (token: Int, isUnwanted: Bool)] = [:]
        for row in read[4] {
            let (id, token, isUnwanted) = try row.decode(UUID.self, Int.self, Bool.self)
            owned[id] = (token, isUnwanted)
        }
        var records = Dictionary(
            try read[5].map { row in
                let target = try TargetRecord(row: row)
                return (target.id, target)
            },
            uniquingKeysWith: { first, _ in first }
        )
        var endings: [EffectEnding] = []
        for attempt in attempts {
            guard let (token, isUnwanted) = owned[attempt.lease.effect.id], token == attempt.lease.token else {
                continue
            }
            owned[attempt.lease.effect.id] = nil
            let random = Double.random(in: 0...1)
            records[attempt.lease.effect.target]?.record(attempt, domainNow: now, random: random)
            let ending = attempt.ending(at: now, isUnwanted: isUnwanted, random: random)
            endings.append(ending)
            desk.end(ending)
        }
        if plans {
            try planner.plan(&desk, Array(read[fixed.count...]))
        } else {
            for id in desk.ids { desk.changes.wakeUps.wake(queue, for: id) }
        }
        if !desk.taken.isEmpty {
            let pending = try await connection.query(EffectRecord.lockingPending(Array(desk.taken)))
            guard pending.count == desk.taken.count else { throw EffectBegan() }
        }
        try await desk.changes.settle(on: connection)

        var (statements, outgoing) = desk.finished()
        // Before whatever the decision does to the same effects.
        let passed = attempts.compactMap(\.passedTo)
        statements =
            (passed.isEmpty ? [] : [EffectLease.passing(to: passed)]) + EffectEnding.statements(endings) + statements
        if !records.isEmpty { statements.append(TargetRecord.update(Array(records.values))) }
        pace?.note(records.values)
        // Room at the targets that a call has ended at, work at those that something was planned for.
        let touched = Array(Set(targets).union(desk.plannedTargets))
        let release = HintRelease(of: touched, pace: pace)
        if !touched.isEmpty {
            let first = statements.count
            let results = try await connection.pipeline(statements + release.statements)
            let hints = try HintRelease.hints(results[first...], at: now, machineNow: machineNow)
            outgoing += hints.rows
            statements = hints.statements
        }
        _ = try await connection.pipeline(statements + ["COMMIT"])
        return outgoing
    }

    /// Targets of which something may have to be kept: all but those that are well and have done what they were asked.
    private func changing(_ targets: [String], _ attempts: [EffectAttempt]) -> [String] {
        guard let pace else { return targets }
        let troubled = Set(attempts.lazy.filter { $0.verdict.isTargetsTrouble }.map(\.lease.effect.target))
        return targets.filter { troubled.contains($0) || !pace.isWell($0) }
    }
}
