import Glibc
import Synchronization

/// A serial executor that owns one thread: it runs the jobs of the actors pinned to it and, between them, waits on
/// descriptors with poll(2).
///
/// Jobs may block the thread; nothing else runs on it meanwhile, and ``lastTurn`` goes stale, which is what a watchdog
/// looks at. The thread starts with the first job. After ``stop()`` it ends as soon as its queue is empty; a job that
/// arrives later starts a thread again for as long as it is needed, so that no continuation is ever lost.
///
/// The thread keeps the loop alive while it runs: whoever made the loop calls ``stop()``, from `deinit` if nowhere else.
// Unchecked: what is shared lies in `shared` and the atomics, the rest is touched by the loop's own thread only, and a
// successor thread is started under the lock its predecessor ended under.
public final class ThreadLoop: SerialExecutor, @unchecked Sendable {
    private struct Shared {
        var jobs: [UnownedJob] = []
        var isRunning = false
        var isSleeping = false
        var isStopping = false
        var lastTurn = ContinuousClock.now
    }

    private struct Watch {
        var interest: Interest
        var body: () -> Void
    }

    private let name: String
    private let stackSize: Int
    private let wakeup = Wakeup()
    private let shared = Locked(Shared())
    private let owner = Atomic<UInt>(0)

    // The loop's own thread only.
    private var watches: [Int32: Watch] = [:]
    private var descriptors: [pollfd] = []
    private var descriptorsAreStale = true
    private var tick: (every: Duration, due: ContinuousClock.Instant, body: () -> Void)?
    private var alarm: (due: ContinuousClock.Instant, body: () -> Void)?
    private var turnEnd: (() -> Void)?

    /// - Parameters:
    ///   - name: the thread's name as debuggers show it; cut to 15 bytes.
    ///   - stackSize: in bytes. The default leaves room for C libraries that decode nested input recursively.
    public init(name: String, stackSize: Int = 8 << 20) {
        self.name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
        self.stackSize = stackSize
    }

    // MARK: Any thread

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let (mustWake, mustStart) = shared.withLock { shared in
            shared.jobs.append(job)
            let todo = (shared.isSleeping, !shared.isRunning)
            shared.isSleeping = false
            shared.isRunning = true
            return todo
        }
        if mustStart {
            startThread()
        } else if mustWake {
            wakeup.signal()
        }
    }

    /// When the loop last went round. Stale for as long as a job or handler blocks, and while nothing wakes the thread.
    public var lastTurn: ContinuousClock.Instant {
        shared.withLock { $0.lastTurn }
    }

    /// Ends the thread when its queue is empty; watches, tick and alarm are dropped then. May be called more than once.
    public func stop() {
        let mustWake = shared.withLock { shared in
            shared.isStopping = true
            defer { shared.isSleeping = false }
            return shared.isSleeping
        }
        if mustWake { wakeup.signal() }
    }

    public func isIsolatingCurrentContext() -> Bool? {
        owner.load(ordering: .acquiring) == UInt(pthread_self())
    }

    public func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "not on the thread of loop \(name)")
    }

    // MARK: The loop's own thread

    /// Calls `body` on this thread whenever `fd` is ready, in error or hung up. One watch a descriptor; a second replaces
    /// the first. The caller unwatches a descriptor before closing it.
    public func watch(_ fd: Int32, for interest: Interest, _ body: @escaping () -> Void) {
        checkIsolated()
        watches[fd] = Watch(interest: interest, body: body)
        descriptorsAreStale = true
    }

    public func unwatch(_ fd: Int32) {
        checkIsolated()
        watches[fd] = nil
        descriptorsAreStale = true
    }

    /// Calls `body` at least once a `period`, idle or busy, as long as no job blocks longer. Replaces the tick before it.
    public func setTick(every period: Duration, _ body: @escaping () -> Void) {
        checkIsolated()
        tick = (period, ContinuousClock.now + period, body)
    }

    public func clearTick() {
        checkIsolated()
        tick = nil
    }

    /// Calls `body` once, at or within a millisecond after `due`. Replaces the alarm before it; `nil` forgets it.
    public func setAlarm(at due: ContinuousClock.Instant?, _ body: @escaping () -> Void = {}) {
        checkIsolated()
        alarm = due.map { ($0, body) }
    }

    /// Calls `body` at the end of every turn, after its jobs and handlers and before the thread sleeps: the place to
    /// send in one go what the jobs have gathered.
    public func setTurnEnd(_ body: (() -> Void)?) {
        checkIsolated()
        turnEnd = body
    }

    // MARK: The thread

    private func startThread() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let context = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        var attempts = 0
        while pthread_create(&thread, &attributes, Self.main, context) != 0 {
            // The queue holds somebody's continuation: a shortage of threads is waited out before it ends the process.
            attempts += 1
            precondition(attempts < 500, "no thread could be started for loop \(name)")
            usleep(10_000)
        }
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        let loop = Unmanaged<ThreadLoop>.fromOpaque(context).takeRetainedValue()
        loop.showName()
        loop.run()
        return nil
    }

    private func showName() {
        // Swift's C library module has no pthread_setname_np. Only debuggers miss a name that cannot be written.
        guard let file = fopen("/proc/thread-self/comm", "w") else { return }
        fputs(name, file)
        fclose(file)
    }

    private func run() {
        owner.store(UInt(pthread_self()), ordering: .releasing)
        var jobs: [UnownedJob] = []
        while true {
            let now = ContinuousClock.now
            let isStopping = shared.withLock { shared in
                swap(&shared.jobs, &jobs)
                shared.lastTurn = now
                return shared.isStopping
            }
            if jobs.isEmpty, isStopping, finish() { return }
            for job in jobs {
                job.runSynchronously(on: asUnownedSerialExecutor())
            }
            jobs.removeAll(keepingCapacity: true)
            runTimers()
            turnEnd?()
            waitForEvents()
        }
    }

    /// Whether the thread may end. Dropping the handlers can free actors, whose ends may enqueue jobs: only an empty
    /// queue after that is the end.
    private func finish() -> Bool {
        turnEnd?()
        watches = [:]
        descriptors = []
        descriptorsAreStale = true
        tick = nil
        alarm = nil
        turnEnd = nil
        return shared.withLock { shared in
            guard shared.jobs.isEmpty else { return false }
            owner.store(0, ordering: .releasing)
            shared.isRunning = false
            return true
        }
    }

    private func runTimers() {
        guard tick != nil || alarm != nil else { return }
        let now = ContinuousClock.now
        if let due = alarm, due.due <= now {
            alarm = nil
            due.body()
        }
        if let due = tick, due.due <= now {
            tick?.due = now + due.every
            due.body()
        }
    }

    private func waitForEvents() {
        if descriptorsAreStale {
            descriptors = [pollfd(fd: wakeup.reader, events: Int16(POLLIN), revents: 0)]
            for (fd, watch) in watches {
                descriptors.append(pollfd(fd: fd, events: watch.interest.pollEvents, revents: 0))
            }
            descriptorsAreStale = false
        }
        let longest = sleepLimit()
        let timeout: Int32 = shared.withLock { shared in
            guard shared.jobs.isEmpty, !shared.isStopping else { return 0 }
            shared.isSleeping = longest != 0
            return longest
        }
        let ready = poll(&descriptors, nfds_t(descriptors.count), timeout)
        if timeout != 0 { shared.withLock { $0.isSleeping = false } }
        if ready > 0 { runHandlers() }
    }

    private func sleepLimit() -> Int32 {
        // Without a wake-up descriptor (the process has run out of them) the queue is looked at every few milliseconds.
        var limit: Int32 = wakeup.reader >= 0 ? -1 : 5
        for due in [tick?.due, alarm?.due] {
            guard let due else { continue }
            let left = max(.zero, due - ContinuousClock.now)
            let milliseconds =
                left.components.seconds * 1000 + (left.components.attoseconds + 999_999_999_999_999)
                / 1_000_000_000_000_000
            let bounded = Int32(clamping: milliseconds)
            limit = limit < 0 ? bounded : min(limit, bounded)
        }
        return limit
    }

    private func runHandlers() {
        var ready: [Int32] = []
        for index in descriptors.indices where descriptors[index].revents != 0 {
            let fd = descriptors[index].fd
            if index == 0 {
                wakeup.drain()
            } else if descriptors[index].revents & Int16(POLLNVAL) != 0 {
                // Closed without unwatching: forget it, or the loop would spin on it.
                watches[fd] = nil
                descriptorsAreStale = true
            } else {
                ready.append(fd)
            }
        }
        // Looked up one by one: a handler may have unwatched a later descriptor.
        for fd in ready {
            watches[fd]?.body()
        }
    }
}
