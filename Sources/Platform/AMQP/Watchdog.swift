internal import Glibc
public import Logging
internal import Threads

/// Looks at the threads of connections from outside: one that has not gone round for two heartbeats has its socket shut
/// down, which ends whatever library call it is stuck in; if that does not help for as long again, the process ends.
///
/// Connections enter and leave by themselves once the watchdog is in their configuration.
public final class Watchdog: Sendable {
    /// `EX_TEMPFAIL`: a supervisor starts the process again.
    public static let exitCode: Int32 = 75

    private struct Entry {
        let loop: ThreadLoop
        let limit: Duration
        /// -1 while there is no socket.
        var descriptor: Int32
        var shutDownAt: ContinuousClock.Instant?
        let name: String
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var nextID: UInt64 = 0
        var lastCheck: ContinuousClock.Instant?
    }

    private let state = Locked(State())
    private let loop = ThreadLoop(name: "watchdog", stackSize: 256 << 10)
    private let period: Duration
    private let logger: Logger
    private let stuck: @Sendable () -> Void

    /// - Parameters:
    ///   - period: how often to look.
    ///   - stuck: what to do about a thread that a shut-down socket did not free. `nil` ends the process, without
    ///     running exit handlers, since those may wait for the stuck thread.
    public init(
        period: Duration = .seconds(1),
        logger: Logger,
        stuck: (@Sendable () -> Void)? = nil
    ) {
        self.period = period
        self.logger = logger
        self.stuck = stuck ?? { _exit(Watchdog.exitCode) }
        let loop = loop
        let check: @Sendable () -> Void = { [weak self] in self?.check(at: .now) }
        Task { await Starter(loop: loop).start(every: period, check) }
    }

    deinit {
        loop.stop()
    }

    /// From here on `loop` has to go round within two of these heartbeats.
    func enter(_ loop: ThreadLoop, descriptor: Int32, heartbeat: Duration, name: String) -> UInt64 {
        state.withLock { state in
            state.nextID += 1
            state.entries[state.nextID] = Entry(
                loop: loop,
                limit: heartbeat * 2,
                descriptor: descriptor,
                name: name
            )
            return state.nextID
        }
    }

    /// Before the descriptor is closed: after this it is not touched any more.
    func leave(_ id: UInt64) {
        state.withLock { state in
            _ = state.entries.removeValue(forKey: id)
        }
    }

    /// Connections watched at the moment.
    var count: Int { state.withLock { $0.entries.count } }

    /// One look at all entries. Public for owners who have a timer of their own.
    public func check(at now: ContinuousClock.Instant) {
        let (shutDown, isStuck): ([String], Bool) = state.withLock { state in
            defer { state.lastCheck = now }
            // If this thread was late itself, the whole process was stopped: nobody had a chance to go round.
            if let last = state.lastCheck, now - last > period * 3 { return ([], false) }
            var names: [String] = []
            var isStuck = false
            for (id, entry) in state.entries {
                guard now - entry.loop.lastTurn > entry.limit else {
                    state.entries[id]?.shutDownAt = nil
                    continue
                }
                if let since = entry.shutDownAt {
                    isStuck = isStuck || now - since > entry.limit
                } else {
                    // Under the lock, so that the descriptor cannot be closed and given to somebody else meanwhile.
                    if entry.descriptor >= 0 { shutdown(entry.descriptor, Int32(SHUT_RDWR)) }
                    state.entries[id]?.shutDownAt = now
                    names.append(entry.name)
                }
            }
            return (names, isStuck)
        }
        for name in shutDown {
            logger.error("connection thread is stuck, socket shut down", metadata: ["connection": "\(name)"])
        }
        if isStuck {
            logger.critical("connection thread stays stuck, giving up")
            stuck()
        }
    }
}

/// Sets the tick from the loop's own thread.
private actor Starter {
    private let loop: ThreadLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: ThreadLoop) {
        self.loop = loop
    }

    func start(every period: Duration, _ body: @escaping @Sendable () -> Void) {
        loop.setTick(every: period, body)
    }
}
