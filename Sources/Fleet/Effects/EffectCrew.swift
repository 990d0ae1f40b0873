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
        /// A list for each writer.
        var outcomes: [[Ended]] = Array(repeating: [], count: EffectLease.lanes)
        /// No call is left that could add to them.
        var isComplete = false
        var writers: [CheckedContinuation<Void, Never>] = []
        /// When the last call to a target with a rate began.
        var starts: [String: ContinuousClock.Instant] = [:]
        /// By target, those that were taken ahead and wait for a slot, in the order in which they came.
        var queues: [String: [SlotSeeker]] = [:]
        /// By target, claimed effects with a slot whose end is not written yet. Without one nobody passes a slot on.
        var slots: [String: Int] = [:]
        /// Targets at which slots are being asked for.
        var asking: Set<String> = []

        mutating func takeWaiting() -> [Claimed] {
            defer { waiting.removeAll() }
            return waiting
        }
    }

    /// What has come to its end and is not written yet.
    private struct Ended {
        var attempt: EffectAttempt
        /// Until when the slot that it had is good for calls; nil where it had none.
        let slotUntil: ContinuousClock.Instant?

        var target: String { attempt.lease.effect.target }

        var lane: Int { attempt.lease.lane }
    }

    /// One that waits for the slot of another call to its target.
    private struct SlotSeeker {
        let lease: EffectLease
        let longestCall: Duration
        /// The end of its own lease.
        let until: ContinuousClock.Instant
        /// Until when the slot is good for calls; nil where none came in time.
        let continuation: CheckedContinuation<ContinuousClock.Instant?, Never>
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
    private let pace: CallPace
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
        pace: CallPace = CallPace(),
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
        self.pace = pace
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
            for item in batch where !item.lease.isAhead { state.slots[item.lease.effect.target, default: 0] += 1 }
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
                for lane in 0..<EffectLease.lanes { group.addTask { await self.write(lane) } }
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
        let seekers = state.withLock { state in
            state.isEnding = true
            defer { state.queues.removeAll() }
            return state.queues.values.joined()
        }
        for seeker in seekers { seeker.continuation.resume(returning: nil) }
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
        guard let job = item.job else {
            return finish(item, .retry("unreadable", blamesTarget: false), startedAt: nil, slotUntil: nil)
        }
        let startAt = item.instant + .seconds(item.lease.startAt.timeIntervalSince(item.claimedAt))
        let latest = startAt + EffectClaim<Performer>.margin / 2
        var slotUntil = item.instant + .seconds(item.lease.until.timeIntervalSince(item.claimedAt))
        if item.lease.isAhead {
            guard let until = await slot(for: item.lease, latest: latest, until: slotUntil) else { return leave(item) }
            slotUntil = min(slotUntil, until)
        } else {
            guard await wait(for: item, startAt: startAt, latest: latest) else {
                return leave(item, slotUntil: slotUntil)
            }
        }
        let start = ContinuousClock.now
        let verdict =
            performer.renews(item.lease.effect) ? await perform(job, keeping: item.lease) : await performer.perform(job)
        pace.note(start.duration(to: .now), at: item.lease.effect.target)
        finish(item, verdict, startedAt: start, slotUntil: slotUntil)
    }

    // MARK: Slots

    /// Waits for the slot of a call that ends; nil where it becomes too late for this lease, or the worker is ending.
    ///
    /// - Parameter until: the end of its own lease.
    private func slot(
        for lease: EffectLease,
        latest: ContinuousClock.Instant,
        until: ContinuousClock.Instant
    ) async -> ContinuousClock.Instant? {
        let longestCall = performer.longestCall(of: lease.effect)
        // A timer, not a wait for something: what has waited too long goes back to the line.
        let timer = Task {
            do { try await Task.sleep(until: latest, clock: .continuous) } catch { return }
            giveUp(lease)
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { continuation in
            let seeker = SlotSeeker(lease: lease, longestCall: longestCall, until: until, continuation: continuation)
            let (mustWait, mustAsk) = state.withLock { state in
                guard !state.isEnding else { return (false, false) }
                let target = lease.effect.target
                state.queues[target, default: []].append(seeker)
                guard state.slots[target, default: 0] == 0 else { return (true, false) }
                return (true, state.asking.insert(target).inserted)
            }
            if !mustWait { continuation.resume(returning: nil) }
            if mustAsk { Task { await askForSlots(at: lease.effect.target) } }
        }
    }

    private func giveUp(_ lease: EffectLease) {
        let seeker = state.withLock { state -> SlotSeeker? in
            let target = lease.effect.target
            guard let index = state.queues[target]?.firstIndex(where: { $0.lease.effect.id == lease.effect.id }) else {
                return nil
            }
            return state.queues[target]?.remove(at: index)
        }
        seeker?.continuation.resume(returning: nil)
    }

    /// Whom the next call would meet in trouble, the database is asked about first.
    private func pass(from ended: inout Ended) {
        guard let until = ended.slotUntil, ended.attempt.passedTo == nil, !ended.attempt.verdict.isTargetsTrouble else {
            return
        }
        ended.attempt.passedTo = pass(ended.target, until: until, lane: ended.lane)
    }

    /// What has been written gives its slots back. Where this worker has none any more nobody passes one on.
    private func giveBack(_ batch: [Ended]) {
        let asked = state.withLock { state -> [String] in
            var asked: [String] = []
            for ended in batch where ended.slotUntil != nil {
                let left = state.slots[ended.target, default: 1] - 1
                state.slots[ended.target] = left > 0 ? left : nil
                guard left <= 0, state.queues[ended.target]?.isEmpty == false else { continue }
                if state.asking.insert(ended.target).inserted { asked.append(ended.target) }
            }
            return asked
        }
        for target in asked { Task { await askForSlots(at: target) } }
    }

    /// Asks the database for the slots of those that were taken ahead. Whoever gets none goes back to the line, unless this worker has
    /// one by then.
    private func askForSlots(at target: String) async {
        let leases = state.withLock { $0.queues[target]?.map(\.lease) ?? [] }
        let granted: Set<UUID>
        do {
            granted = try await pool.withConnection { try await Self.slots(for: leases, at: target, on: $0) }
        } catch {
            granted = []
        }
        let (lucky, others) = state.withLock { state -> ([SlotSeeker], [SlotSeeker]) in
            state.asking.remove(target)
            var lucky: [SlotSeeker] = []
            var others: [SlotSeeker] = []
            for seeker in state.queues[target] ?? [] {
                if granted.contains(seeker.lease.effect.id) { lucky.append(seeker) } else { others.append(seeker) }
            }
            state.slots[target, default: 0] += lucky.count
            let isServed = state.slots[target, default: 0] > 0
            state.queues[target] = isServed ? others : nil
            if state.slots[target] == 0 { state.slots[target] = nil }
            return (lucky, isServed ? [] : others)
        }
        for seeker in lucky { seeker.continuation.resume(returning: seeker.until) }
        for seeker in others { seeker.continuation.resume(returning: nil) }
    }

    /// Gives slots that are free to leases that were taken ahead, the first first; answers their effects.
    private static func slots(
        for leases: [EffectLease],
        at target: String,
        on connection: PostgresConnection
    ) async throws -> Set<UUID> {
        guard !leases.isEmpty else { return [] }
        return try await connection.transaction { connection in
            let read = try await connection.pipeline([TargetRecord.locking([target]), TargetRecord.reading([target])])
            guard let row = read[1].first else { return [] }
            let record = try TargetRecord(row: row)
            let isOpen = record.circuit == .closed && !record.isPaused && record.disabledAt == nil
            let free = isOpen ? max(0, record.inFlight - record.live) : 0
            let first = Array(leases.prefix(free))
            _ = try await connection.pipeline((first.isEmpty ? [] : [EffectLease.passing(to: first)]) + ["COMMIT"])
            return Set(first.map(\.effect.id))
        }
    }

    /// Gives the slot of a call that has ended to the next that waits for one at the same target. Until that is written down the ended
    /// effect's lease stands for it: it has to last longer than the next call can.
    ///
    /// - Parameter lane: whose writer ends the effect: it is best the same that ends the next one, so that it has to lock no row that
    ///   another has in hand.
    private func pass(_ target: String, until: ContinuousClock.Instant, lane: Int) -> EffectLease? {
        let now = ContinuousClock.now
        let seeker = state.withLock { state -> SlotSeeker? in
            guard let queue = state.queues[target], let first = queue.first, now + first.longestCall <= until else {
                return nil
            }
            state.slots[target, default: 0] += 1
            return state.queues[target]?.remove(at: queue.firstIndex { $0.lease.lane == lane } ?? 0)
        }
        seeker?.continuation.resume(returning: until)
        return seeker?.lease
    }

    /// A call that takes its time: its lease is renewed, and the call is given up where the lease is lost or nobody wants the effect
    /// any more.
    private func perform(_ job: Performer.Job, keeping lease: EffectLease) async -> AttemptVerdict {
        await withTaskGroup(of: AttemptVerdict?.self) { group in
            group.addTask { [performer] in await performer.perform(job) }
            group.addTask {
                await self.keep(lease)
                return nil
            }
            var verdict: AttemptVerdict?
            while let next = await group.next() {
                verdict = verdict ?? next
                group.cancelAll()
            }
            return verdict ?? .retry(AttemptVerdict.notBegun, blamesTarget: false)
        }
    }

    /// Renews the lease until it is lost, not wanted, or the call is over.
    private func keep(_ lease: EffectLease) async {
        let span = performer.longestCall(of: lease.effect) + EffectClaim<Performer>.margin
        var end = ContinuousClock.now + span
        while ContinuousClock.now < end {
            // A timer, not a wait for something: a lease is renewed while two thirds of it are left.
            do { try await Task.sleep(for: span / 3) } catch { return }
            do {
                let asked = ContinuousClock.now
                let renewed = try await pool.withConnection { try await $0.query(lease.renewing(for: span)) }
                guard let row = renewed.first, try row.decode(0, as: Bool.self) else { return }
                end = asked + span
            } catch {
                if Task.isCancelled { return }
                logger.warning("a lease could not be renewed", metadata: .keys([.reason: "\(error)"]))
            }
        }
    }

    /// What was claimed and never begun goes back, uncounted.
    ///
    /// - Parameter slotUntil: see ``pass(_:until:)``; nil where it had none.
    private func leave(_ item: Claimed, slotUntil: ContinuousClock.Instant? = nil) {
        finish(
            item,
            .retry(AttemptVerdict.notBegun, blamesTarget: false),
            startedAt: nil,
            slotUntil: slotUntil
        )
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

    private func finish(
        _ item: Claimed,
        _ verdict: AttemptVerdict,
        startedAt: ContinuousClock.Instant?,
        slotUntil: ContinuousClock.Instant?
    ) {
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
        var ended = Ended(attempt: attempt, slotUntil: slotUntil)
        pass(from: &ended)
        let writers = state.withLock { [ended] state in
            state.outcomes[ended.lane].append(ended)
            defer { state.writers.removeAll() }
            return state.writers
        }
        for writer in writers { writer.resume() }
    }

    // MARK: Writing

    private func write(_ lane: Int) async {
        while var batch = await nextOutcomes(lane) {
            // Whoever has come since the calls ended.
            for index in batch.indices { pass(from: &batch[index]) }
            await record(batch.map(\.attempt))
            giveBack(batch)
            let count = state.withLock { state in
                state.underWay -= batch.count
                return state.underWay
            }
            metrics.underWay(count)
            wake()
        }
    }

    /// The next outcomes; nil when there will be none any more.
    private func nextOutcomes(_ lane: Int) async -> [Ended]? {
        while true {
            let (found, isBusy, isOver) = state.withLock { state in
                (state.outcomes[lane].count, state.underWay > Self.quiet, state.isComplete)
            }
            if found > 0 {
                if isBusy, found < Self.chunk, !isOver {
                    // Not a wait for something: a moment in which others come to their end, so that they share a transaction.
                    try? await Task.sleep(for: .milliseconds(5))
                }
                let batch = state.withLock { state in
                    let batch = Array(state.outcomes[lane].prefix(Self.chunk))
                    state.outcomes[lane].removeFirst(batch.count)
                    return batch
                }
                if !batch.isEmpty { return batch }
                continue
            }
            if isOver { return nil }
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard state.outcomes[lane].isEmpty, !state.isComplete else { return false }
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

extension EffectLease {
    /// Writers of outcomes; what belongs to one case goes to one of them, so that they do not wait for each other's locks.
    fileprivate static let lanes = 2

    fileprivate var lane: Int { Int((effect.caseID ?? effect.id).uuid.15) % Self.lanes }
}
