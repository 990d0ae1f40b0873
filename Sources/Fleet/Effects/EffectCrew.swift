import FoundationEssentials
import Ledger
package import Logging
import Observability
package import Postgres
import ServiceLifecycle
import Threads

/// Performs claimed effects, hundreds at once, and writes what came of them in batches.
///
/// A call begins when its slot's time has come and not after its lease could end under it. Outcomes are written only while the
/// lease is still the last one given; one that cannot be written is lost to nobody: its lease ends, and the same key goes again.
package final class EffectCrew<Performer: EffectPerformer, Planner: EffectPlanner>: Service {
    package typealias Claimed = EffectClaim<Performer>.Claimed

    private struct State {
        /// Claimed and not yet begun.
        var waiting: [Claimed] = []
        /// Claimed and not yet written.
        var underWay = 0
        /// Kept free for batches that are being claimed.
        var reserved = 0
        /// No call begins any more.
        var isEnding = false
        /// Nobody looks at what is waiting any more.
        var isClosed = false
        var roomSeekers: [CheckedContinuation<Void, Never>] = []
        var outcomes: [EffectAttempt] = []
        /// No call is left that could add to them.
        var isComplete = false
        var writers: [CheckedContinuation<Void, Never>] = []
        /// When the last call to a target with a rate began.
        var starts: [String: ContinuousClock.Instant] = [:]

        mutating func takeWaiting() -> [Claimed] {
            defer { waiting.removeAll() }
            return waiting
        }
    }

    /// Outcomes in one transaction.
    private static var chunk: Int { 200 }
    /// Below so many under way an outcome is written at once; above, a moment is waited for others.
    private static var quiet: Int { 32 }

    private let name: String
    private let performer: Performer
    private let work: CaseWork<Planner>
    private let pool: PostgresPool
    private let dispatcher: OutboxDispatcher
    private let gate: OutageGate
    private let capacity: Int
    private let drainBudget: Duration
    private let metrics: EffectMetrics
    private let logger: Logger
    private let state = Locked(State())
    /// Says that something is waiting.
    private let (bells, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameters:
    ///   - name: of this worker, for the record of attempts.
    ///   - capacity: effects in hand at most; a batch may go beyond it.
    package init(
        name: String,
        performer: Performer,
        work: CaseWork<Planner>,
        pool: PostgresPool,
        dispatcher: OutboxDispatcher,
        gate: OutageGate,
        capacity: Int = 600,
        drainBudget: Duration,
        metrics: EffectMetrics,
        logger: Logger
    ) {
        self.name = name
        self.performer = performer
        self.work = work
        self.pool = pool
        self.dispatcher = dispatcher
        self.gate = gate
        self.capacity = capacity
        self.drainBudget = drainBudget
        self.metrics = metrics
        self.logger = logger
    }

    /// Waits until hands are free and keeps so many of them for a batch that is to be claimed; nil where the worker is ending.
    /// Throws when the task is cancelled first.
    package func room(for count: Int) async throws -> EffectRoom? {
        while true {
            try Task.checkCancellation()
            if Task.isShuttingDownGracefully { return nil }
            let (mayEnter, isEnding) = state.withLock { state in
                guard !state.isEnding, hasRoom(state) else { return (false, state.isEnding) }
                state.reserved += count
                return (true, false)
            }
            if isEnding { return nil }
            if mayEnter { return EffectRoom(count) { [weak self] in self?.free($0) } }
            await withTaskCancellationOrGracefulShutdownHandler {
                await withCheckedContinuation { continuation in
                    let goesOn = state.withLock { state in
                        if Task.isCancelled || Task.isShuttingDownGracefully || state.isEnding || hasRoom(state) {
                            return true
                        }
                        state.roomSeekers.append(continuation)
                        return false
                    }
                    if goesOn { continuation.resume() }
                }
            } onCancelOrGracefulShutdown: {
                self.wake()
            }
        }
    }

    private func hasRoom(_ state: borrowing State) -> Bool { state.underWay + state.reserved < capacity }

    private func free(_ count: Int) {
        state.withLock { $0.reserved -= count }
        wake()
    }

    private func wake() {
        let seekers = state.withLock { state in
            defer { state.roomSeekers.removeAll() }
            return state.roomSeekers
        }
        for seeker in seekers { seeker.resume() }
    }

    /// Takes over what was claimed. Never waits; whoever claims asks for room before.
    package func take(_ batch: [Claimed], in room: EffectRoom? = nil) {
        let used = room?.use(batch.count) ?? 0
        let (count, isClosed) = state.withLock { state in
            state.reserved -= used
            state.underWay += batch.count
            if !state.isClosed { state.waiting += batch }
            return (state.underWay, state.isClosed)
        }
        metrics.underWay(count)
        if isClosed { for item in batch { leave(item) } } else { bell.yield() }
    }

    /// After shutdown no call begins any more; those under way have the drain budget, and every outcome is written: while the
    /// budget lasts a database that is away is waited for.
    package func run() async throws {
        let calls = Task {
            await perform()
            complete()
        }
        let writers = Task {
            await withTaskGroup(of: Void.self) { group in
                // Two: while one waits for the database the other gathers.
                for _ in 0..<2 { group.addTask { await self.write() } }
            }
        }
        await withTaskCancellationOrGracefulShutdownHandler {
            await calls.value
            await writers.value
        } onCancelOrGracefulShutdown: {
            self.end(calls, writers)
        }
    }

    private func end(_ calls: Task<Void, Never>, _ writers: Task<Void, Never>) {
        state.withLock { $0.isEnding = true }
        bell.finish()
        wake()
        Task {
            // A timer, not a wait for something: the budget is what bounds the drain.
            do { try await Task.sleep(for: drainBudget) } catch { return }
            calls.cancel()
            writers.cancel()
        }
    }

    private func complete() {
        let writers = state.withLock { state in
            state.isComplete = true
            defer { state.writers.removeAll() }
            return state.writers
        }
        for writer in writers { writer.resume() }
    }

    // MARK: Calling

    private func perform() async {
        await withDiscardingTaskGroup { group in
            for await _ in bells {
                for item in state.withLock({ $0.takeWaiting() }) { group.addTask { await self.perform(item) } }
            }
            let rest = state.withLock { state in
                state.isClosed = true
                return state.takeWaiting()
            }
            for item in rest { leave(item) }
        }
    }

    private func perform(_ item: Claimed) async {
        guard let job = item.job else { return finish(item, .retry("unreadable", blamesTarget: false), startedAt: nil) }
        let startAt = item.instant + .seconds(item.lease.startAt.timeIntervalSince(item.claimedAt))
        let latest = startAt + EffectClaim<Performer>.margin / 2
        guard await wait(for: item, startAt: startAt, latest: latest) else { return leave(item) }
        let start = ContinuousClock.now
        let verdict = await performer.perform(job)
        finish(item, verdict, startedAt: start)
    }

    /// What was claimed and never begun goes back, uncounted.
    private func leave(_ item: Claimed) {
        finish(item, .retry(AttemptVerdict.notBegun, blamesTarget: false), startedAt: nil)
    }

    /// Waits for the call's slot, and for the distance to the last call where a stall has brought two together. False when it is
    /// too late for this lease or when the worker is ending.
    private func wait(
        for item: Claimed,
        startAt: ContinuousClock.Instant,
        latest: ContinuousClock.Instant
    ) async -> Bool {
        var due = startAt
        while true {
            if due > .now {
                do { try await Task.sleep(until: due, clock: .continuous) } catch { return false }
            }
            let now = ContinuousClock.now
            let (isEnding, next): (Bool, ContinuousClock.Instant?) = state.withLock { state in
                if state.isEnding { return (true, nil) }
                guard let spacing = item.spacing else { return (false, nil) }
                let target = item.lease.effect.target
                if let last = state.starts[target], now < last + spacing { return (false, last + spacing) }
                if now <= latest { state.starts[target] = now }
                return (false, nil)
            }
            if isEnding || now > latest { return false }
            guard let next else { return true }
            due = next
        }
    }

    private func finish(_ item: Claimed, _ verdict: AttemptVerdict, startedAt: ContinuousClock.Instant?) {
        let now = ContinuousClock.now
        func machine(_ instant: ContinuousClock.Instant) -> Date {
            item.claimedAt.addingTimeInterval(item.instant.duration(to: instant) / .seconds(1))
        }
        metrics.ended(verdict.outcome, in: startedAt?.duration(to: now))
        let attempt = EffectAttempt(
            item.lease,
            verdict,
            startedAt: startedAt.map(machine),
            endedAt: machine(now),
            worker: name
        )
        let writers = state.withLock { state in
            state.outcomes.append(attempt)
            defer { state.writers.removeAll() }
            return state.writers
        }
        for writer in writers { writer.resume() }
    }

    // MARK: Writing

    private func write() async {
        while let batch = await nextOutcomes() {
            await record(batch)
            let count = state.withLock { state in
                state.underWay -= batch.count
                return state.underWay
            }
            metrics.underWay(count)
            wake()
        }
    }

    /// The next outcomes; nil when there will be none any more.
    private func nextOutcomes() async -> [EffectAttempt]? {
        while true {
            let (found, isBusy, isOver) = state.withLock { state in
                (state.outcomes.count, state.underWay > Self.quiet, state.isComplete)
            }
            if found > 0 {
                if isBusy, found < Self.chunk, !isOver {
                    // Not a wait for something: a moment in which others come to their end, so that they share a transaction.
                    try? await Task.sleep(for: .milliseconds(2))
                }
                let batch = state.withLock { state in
                    let batch = Array(state.outcomes.prefix(Self.chunk))
                    state.outcomes.removeFirst(batch.count)
                    return batch
                }
                if !batch.isEmpty { return batch }
                continue
            }
            if isOver { return nil }
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard state.outcomes.isEmpty, !state.isComplete else { return false }
                    state.writers.append(continuation)
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        }
    }

    /// Writes outcomes down, however long the database is away; those that it refuses are found by halving.
    ///
    /// - Parameter plans: false where a decision about the case stands in the way of its outcome: what has happened outside is
    ///   entered without it, for the peer must not be called again because of that.
    private func record(_ batch: [EffectAttempt], plans: Bool = true) async {
        var attempt = 0
        var wasRefused = false
        while true {
            do {
                let rows = try await uninterrupted { [pool, work] in
                    try await pool.withConnection { connection in
                        try await work.run(
                            batch.compactMap(\.lease.effect.caseID),
                            attempts: batch,
                            plans: plans,
                            on: connection
                        )
                    }
                }
                dispatcher.dispatch(rows)
                if wasRefused { await gate.accepted() }
                return
            } catch {
                switch FailureClass(error) {
                case .conflict: break
                case .outage:
                    logger.warning("outcomes wait for the database", metadata: .keys([.reason: "\(error)"]))
                    if Task.isCancelled { return drop(batch, error) }
                    await gate.pass()
                case .defect(let code):
                    logger.error("the database refuses outcomes", metadata: .keys([.reason: "\(error)"]))
                    if Task.isCancelled { return drop(batch, error) }
                    await gate.refused(code: code)
                    wasRefused = true
                case .guilty:
                    if batch.count > 1 {
                        let middle = batch.count / 2
                        await record(Array(batch[..<middle]), plans: plans)
                        await record(Array(batch[middle...]), plans: plans)
                    } else if plans {
                        logger.error(
                            "what follows from an outcome cannot be decided; it is entered without that",
                            metadata: .keys([.reason: "\(error)"])
                        )
                        await record(batch, plans: false)
                    } else {
                        drop(batch, error)
                    }
                    return
                }
            }
            let span = Duration.milliseconds(min(1 << min(attempt, 12), 5_000))
            try? await Task.sleep(for: span * Double.random(in: 0.5...1))
            attempt += 1
        }
    }

    /// Runs `body` to its end even if this task is cancelled meanwhile: what has happened outside is to be on record.
    private func uninterrupted<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws
        -> Result
    {
        try await Task { try await body() }.value
    }

    private func drop(_ batch: [EffectAttempt], _ error: any Error) {
        metrics.unwritten.increment(by: UInt64(batch.count))
        logger.error(
            "outcomes could not be written; their effects are tried again when the lease is over",
            metadata: .keys([.reason: "\(error)", .count: "\(batch.count)"])
        )
    }
}
