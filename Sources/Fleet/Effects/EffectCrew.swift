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
        var outcomes: [Ended] = []
        /// No call is left that could add to them.
        var isComplete = false
        /// There is one, so that what is passed on among effects waits for no other transaction of this worker.
        var writer: CheckedContinuation<Void, Never>?
        /// When the last call to a target with a rate began.
        var starts: [String: ContinuousClock.Instant] = [:]
        /// Those that were taken ahead, each with whoever waits until when its slot stands; nil where none came in time.
        var lines = Lines()

        mutating func takeWriter() -> CheckedContinuation<Void, Never>? {
            defer { writer = nil }
            return writer
        }

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
    }

    private typealias Lines = SlotLines<CheckedContinuation<ContinuousClock.Instant?, Never>>

    /// Outcomes in one transaction.
    private static var chunk: Int { 200 }
    /// Below so many under way an outcome is written at once; above, a moment is waited for others.
    private static var quiet: Int { 32 }
    /// The moment, and the one where many are under way: a transaction costs much more than what one more outcome adds to it.
    private static var moment: (busy: Duration, crowded: Duration) { (.milliseconds(5), .milliseconds(50)) }
    private static var crowd: Int { 128 }

    private let name: String
    private let performer: Performer
    private let outcomes: OutcomeWriter<Planner>
    private let pool: PostgresPool
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
        outcomes = OutcomeWriter(
            work: work,
            pool: pool,
            dispatcher: dispatcher,
            gate: gate,
            metrics: metrics,
            logger: logger
        )
        self.pool = pool
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
            for item in batch where !item.lease.isAhead { state.lines.hold(at: item.lease.effect.target) }
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
        let writing = Task { await write() }
        await withTaskCancellationOrGracefulShutdownHandler {
            await calls.value
            await writing.value
        } onCancelOrGracefulShutdown: {
            self.end(calls, writing)
        }
    }

    private func end(_ calls: Task<Void, Never>, _ writing: Task<Void, Never>) {
        let seekers = state.withLock { state in
            state.isEnding = true
            return state.lines.end()
        }
        for seeker in seekers { seeker.waiter.resume(returning: nil) }
        bell.finish()
        wake()
        Task {
            // A timer, not a wait for something: the budget is what bounds the drain.
            do { try await Task.sleep(for: drainBudget) } catch { return }
            calls.cancel()
            writing.cancel()
        }
    }

    private func complete() {
        let writer = state.withLock { state in
            state.isComplete = true
            return state.takeWriter()
        }
        writer?.resume()
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
        let latest = startAt + performer.margin / 2
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
        let verdict = await call(job, under: item.lease, until: slotUntil)
        pace.note(start.duration(to: .now), at: item.lease.effect.target)
        finish(item, verdict, startedAt: start, slotUntil: slotUntil)
    }

    /// - Parameter slotUntil: when lease or slot end, whichever is first. Beyond it only goes on what has been renewed.
    private func call(
        _ job: Performer.Job,
        under lease: EffectLease,
        until slotUntil: ContinuousClock.Instant
    ) async -> AttemptVerdict {
        guard performer.renews(lease.effect) else { return await performer.perform(job) }
        let span = performer.longestCall(of: lease.effect) + performer.margin
        let keeper = LeaseKeeper(pool: pool, logger: logger)
        return await keeper.keeping(lease, for: span, until: slotUntil) { [performer] in
            await performer.perform(job)
        }
    }

    // MARK: Slots

    /// Waits for the slot of a call that ends, and answers how long it stands; nil where it becomes too late for this lease, or the
    /// worker is ending.
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
            state.withLock { $0.lines.giveUp(lease) }?.waiter.resume(returning: nil)
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { continuation in
            let (waits, asks) = state.withLock { state in
                guard !state.isEnding else { return (false, false) }
                let seeker = Lines.Seeker(
                    lease: lease,
                    longestCall: longestCall,
                    until: until,
                    waiter: continuation
                )
                return (true, state.lines.wait(seeker))
            }
            if !waits { continuation.resume(returning: nil) }
            if asks { Task { await askForSlots(at: lease.effect.target) } }
        }
    }

    /// Passes on the slot of a call that has ended. Where the next call would meet trouble, the database is asked about first.
    private func pass(from ended: inout Ended) {
        guard let until = ended.slotUntil, ended.attempt.passedTo == nil, !ended.attempt.verdict.isTargetsTrouble else {
            return
        }
        let target = ended.target
        let next = state.withLock { $0.lines.pass(at: target, until: until, now: .now) }
        ended.attempt.passedTo = next?.lease
        next?.waiter.resume(returning: until)
    }

    /// What has been written gives its slots back.
    private func giveBack(_ batch: [Ended]) {
        let targets = batch.filter { $0.slotUntil != nil }.map(\.target)
        for target in state.withLock({ $0.lines.giveBack(at: targets) }) { Task { await askForSlots(at: target) } }
    }

    /// Asks the database for slots for those that were taken ahead.
    private func askForSlots(at target: String) async {
        let leases = state.withLock { $0.lines.leases(at: target) }
        let granted = await slots(for: leases, at: target)
        let (lucky, others) = state.withLock { state -> ([Lines.Seeker], [Lines.Seeker]) in
            let found = state.lines.granted(granted, at: target)
            return (found.lucky, found.others)
        }
        for seeker in lucky { seeker.waiter.resume(returning: seeker.until) }
        for seeker in others { seeker.waiter.resume(returning: nil) }
    }

    /// None while the database is away: who waits goes back to the line.
    private func slots(for leases: [EffectLease], at target: String) async -> Set<UUID> {
        do {
            return try await pool.withConnection { try await EffectLease.slots(for: leases, at: target, on: $0) }
        } catch {
            logger.warning("slots could not be asked for", metadata: .keys([.reason: "\(error)"]))
            return []
        }
    }

    /// What was claimed and never begun goes back, uncounted.
    ///
    /// - Parameter slotUntil: see ``pass(from:)``; nil where it had none.
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
        let writer = state.withLock { [ended] state in
            state.outcomes.append(ended)
            return state.takeWriter()
        }
        writer?.resume()
    }

    // MARK: Writing

    private func write() async {
        while var batch = await nextOutcomes() {
            // Whoever has come since the calls ended.
            for index in batch.indices { pass(from: &batch[index]) }
            await outcomes.record(batch.map(\.attempt))
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
    private func nextOutcomes() async -> [Ended]? {
        while true {
            let (found, underWay, isOver) = state.withLock { state in
                (state.outcomes.count, state.underWay, state.isComplete)
            }
            if found > 0 {
                if underWay > Self.quiet, found < Self.chunk, !isOver {
                    // Not a wait for something: a moment in which others come to their end, so that they share a transaction.
                    try? await Task.sleep(for: underWay > Self.crowd ? Self.moment.crowded : Self.moment.busy)
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
                    state.writer = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        }
    }
}
