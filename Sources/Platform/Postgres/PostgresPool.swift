public import Logging
import Threads

/// A bounded number of connections that many tasks share, each at a time for itself.
///
/// Connections are made when they are needed. Who comes first is served first. A connection that broke is replaced, one
/// that has rested is looked at before it is lent again, and one that comes back inside a transaction is rolled back.
public final class PostgresPool: Sendable {
    public let configuration: PostgresConfiguration
    /// The most connections at a time.
    public let size: Int
    let logger: Logger
    private let acquireTimeout: Duration
    /// A server that went away shows on the socket. A look at it costs a switch of threads, which busy connections are
    /// spared.
    private let restBeforeCheck = Duration.seconds(1)
    private let shared: Locked<Shared>

    private typealias State = PoolState<PostgresConnection>

    private struct Shared {
        var state: State
        var lastWaiter: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<State.Grant, Never>] = [:]
        var drained: [CheckedContinuation<Void, Never>] = []
    }

    /// - Parameter acquireTimeout: how long a task waits for its turn before it gets ``PostgresError/Code/poolTimeout``.
    public init(
        configuration: PostgresConfiguration,
        size: Int = 4,
        acquireTimeout: Duration = .seconds(10),
        logger: Logger = Logger(label: "postgres")
    ) {
        self.configuration = configuration
        self.size = max(1, size)
        self.acquireTimeout = acquireTimeout
        self.logger = logger
        shared = Locked(Shared(state: State(size: size)))
    }

    /// Lends a connection for the time of `body`.
    @discardableResult
    public nonisolated(nonsending) func withConnection<Result>(
        _ body: nonisolated(nonsending) (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try await acquire()
        do {
            let result = try await body(connection)
            await giveBack(connection)
            return result
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    /// Ends the pool: nobody gets a connection any more, and it returns when all that are lent have come back and are
    /// closed. Whoever wants to bound that cancels the tasks that hold them.
    public func shutdown() async {
        let (waiters, idle) = shared.withLock { shared in
            let (waiting, idle) = shared.state.close()
            return (waiting.compactMap { shared.waiters.removeValue(forKey: $0) }, idle)
        }
        for waiter in waiters { waiter.resume(returning: .closed) }
        for connection in idle { await connection.close() }
        await withCheckedContinuation { continuation in
            let isDrained = shared.withLock { shared in
                if !shared.state.isDrained { shared.drained.append(continuation) }
                return shared.state.isDrained
            }
            if isDrained { continuation.resume() }
        }
    }

    public struct Statistics: Sendable, Hashable {
        /// Connections that exist or are being made.
        public let open: Int
        public let idle: Int
        /// Tasks that wait for one.
        public let waiting: Int
    }

    public var statistics: Statistics {
        shared.withLock { shared in
            Statistics(open: shared.state.open, idle: shared.state.idle.count, waiting: shared.state.waiting)
        }
    }

    // MARK: Lending

    private func acquire() async throws -> PostgresConnection {
        while true {
            if Task.isCancelled { throw PostgresError(.cancelled) }
            switch shared.withLock({ $0.state.acquire() }) {
            case .closed: throw PostgresError(.closed)
            case .open: return try await connect()
            case .lease(let connection, let since):
                if connection.isUsable, ContinuousClock.now - since < restBeforeCheck { return connection }
                if await connection.isStillThere() { return connection }
                logger.debug("an idle connection was lost and is replaced")
                act { $0.failed() }
            case .wait:
                switch await waitForTurn() {
                case .lease(let connection): return connection
                case .open: return try await connect()
                case .closed: throw PostgresError(.closed)
                case .cancelled: throw PostgresError(.cancelled)
                case .timedOut:
                    throw PostgresError(.poolTimeout, detail: "all \(size) were in use for \(acquireTimeout)")
                case .retry: continue
                }
            }
        }
    }

    private func connect() async throws -> PostgresConnection {
        do {
            return try await PostgresConnection.connect(configuration, logger: logger)
        } catch {
            act { $0.failed() }
            throw error
        }
    }

    private func waitForTurn() async -> State.Grant {
        let id = shared.withLock { shared in
            shared.lastWaiter += 1
            return shared.lastWaiter
        }
        let alarm = Task { [acquireTimeout, weak self] in
            // Ends early, without effect, when the turn comes.
            guard (try? await Task.sleep(for: acquireTimeout)) != nil else { return }
            self?.withdraw(id, .timedOut)
        }
        defer { alarm.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // The world may have changed since the state said to wait.
                let refusal: State.Grant? = shared.withLock { shared in
                    guard shared.state.mustWait else { return .retry }
                    shared.state.enqueue(id)
                    shared.waiters[id] = continuation
                    return nil
                }
                if let refusal { continuation.resume(returning: refusal) }
                if Task.isCancelled { withdraw(id, .cancelled) }
            }
        } onCancel: {
            withdraw(id, .cancelled)
        }
    }

    private func withdraw(_ id: UInt64, _ grant: State.Grant) {
        let waiter = shared.withLock { shared in
            shared.state.withdraw(id)
            return shared.waiters.removeValue(forKey: id)
        }
        waiter?.resume(returning: grant)
    }

    private func giveBack(_ connection: PostgresConnection) async {
        if connection.isUsable, await connection.isInTransaction { await connection.abandon() }
        let isUsable = connection.isUsable
        let surplus = act { $0.release(connection, isUsable: isUsable, now: .now) }
        if let surplus { await surplus.close() }
    }

    /// Takes a step of the state and wakes who it concerns. One lock for both: a waiter that times out between them would
    /// take its grant with it.
    @discardableResult
    private func act(_ step: @Sendable (inout State) -> State.Release) -> PostgresConnection? {
        typealias Outcome = (
            State.Release, CheckedContinuation<State.Grant, Never>?, [CheckedContinuation<Void, Never>]
        )
        let (release, waiter, drained): Outcome = shared.withLock { shared in
            let release = step(&shared.state)
            let waiter = release.handover.flatMap { shared.waiters.removeValue(forKey: $0.waiter) }
            guard release.isDrained else { return (release, waiter, []) }
            defer { shared.drained = [] }
            return (release, waiter, shared.drained)
        }
        if let handover = release.handover { waiter?.resume(returning: handover.grant) }
        for continuation in drained { continuation.resume() }
        return release.surplus
    }
}
