import DequeModule

/// Who holds which connection of a pool and who waits: decisions only, no connections are made or closed here.
struct PoolState<Connection: Sendable>: Sendable {
    /// A number that never comes again.
    typealias Waiter = UInt64

    enum Acquisition: Sendable {
        case lease(Connection, idleSince: ContinuousClock.Instant)
        /// There is room: the caller connects, and says ``failed()`` if it cannot.
        case open
        case wait
        case closed
    }

    enum Grant: Sendable {
        case lease(Connection)
        case open
        case timedOut
        case cancelled
        case closed
        /// There was something to get meanwhile: ask again.
        case retry
    }

    struct Handover: Sendable {
        let waiter: Waiter
        let grant: Grant
    }

    struct Release: Sendable {
        var handover: Handover?
        /// To be closed by the caller.
        var surplus: Connection?
        /// Everything has come back after a shutdown.
        var isDrained = false
    }

    let size: Int
    /// Connections that exist or are being made.
    private(set) var open = 0
    private(set) var idle: [(connection: Connection, since: ContinuousClock.Instant)] = []
    private var waiters: Deque<Waiter> = []
    private(set) var isClosed = false

    init(size: Int) {
        self.size = max(1, size)
    }

    var leased: Int { open - idle.count }
    var waiting: Int { waiters.count }
    var isDrained: Bool { isClosed && open == 0 }

    /// The connection used last comes first: the server's caches know it best, and the others may rest.
    mutating func acquire() -> Acquisition {
        if isClosed { return .closed }
        if let (connection, since) = idle.popLast() { return .lease(connection, idleSince: since) }
        guard open < size else { return .wait }
        open += 1
        return .open
    }

    var mustWait: Bool { !isClosed && idle.isEmpty && open >= size }

    mutating func enqueue(_ waiter: Waiter) {
        waiters.append(waiter)
    }

    /// Takes a waiter out who no longer wants to wait; without effect if it was granted something meanwhile.
    mutating func withdraw(_ waiter: Waiter) {
        if let index = waiters.firstIndex(of: waiter) { waiters.remove(at: index) }
    }

    mutating func release(_ connection: Connection, isUsable: Bool, now: ContinuousClock.Instant) -> Release {
        guard isUsable, !isClosed else {
            var release = failed()
            release.surplus = connection
            return release
        }
        if let next = waiters.popFirst() {
            return Release(handover: Handover(waiter: next, grant: .lease(connection)))
        }
        idle.append((connection, now))
        return Release()
    }

    /// A connection could not be made or is gone: its place goes to who waits longest.
    mutating func failed() -> Release {
        if !isClosed, let next = waiters.popFirst() {
            return Release(handover: Handover(waiter: next, grant: .open))
        }
        open -= 1
        return Release(isDrained: isDrained)
    }

    /// No more leases. Answers who waits in vain and what can be closed at once.
    mutating func close() -> (waiters: [Waiter], idle: [Connection]) {
        isClosed = true
        let answer = (Array(waiters), idle.map(\.connection))
        open -= idle.count
        waiters = []
        idle = []
        return answer
    }
}
