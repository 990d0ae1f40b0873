import Threads

/// The thread that makes calls: libcurl's multi interface, its kept connections, and the bounds on what goes on at once.
///
/// Clients may share one; a client made without one has its own.
public actor OutboundThread {
    /// What goes on at once, over all clients of the thread.
    public struct Limits: Sendable {
        /// Calls under way. Each has a socket; a host name being looked up has a thread of the library's.
        public var inFlight = 256
        /// Calls that wait for their turn, within their own timeout. The next one is refused with
        /// ``OutboundError/Code/overloaded``.
        public var waiting = 4096

        public init() {}
    }

    /// How much goes on at a moment.
    public struct Load: Sendable, Hashable {
        public let inFlight: Int
        public let waiting: Int
    }

    private let loop: ThreadLoop
    private let transfers: TransferSet
    private var lastID = 0

    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// - Parameter name: of the thread, as debuggers show it.
    /// - Throws: ``OutboundError`` when the library cannot start.
    public init(_ limits: Limits = Limits(), name: String = "outbound") throws {
        let loop = ThreadLoop(name: name)
        self.loop = loop
        transfers = try TransferSet(limits, loop: loop)
    }

    deinit {
        loop.stop()
    }

    public var load: Load { Load(inFlight: transfers.inFlight, waiting: transfers.waiting) }

    /// Makes a call and gives its reply. A call whose task is cancelled is dropped at once and throws
    /// `CancellationError`.
    func perform<Reply: Sendable>(
        _ make: @Sendable (CheckedContinuation<Reply, any Error>) -> Transfer
    ) async throws -> Reply {
        try Task.checkCancellation()
        lastID += 1
        let id = lastID
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { transfers.start(make($0), id: id) }
        } onCancel: {
            Task { await cancel(id) }
        }
    }

    /// Fails what is under way for that owner, and everything that it begins later.
    func close(_ owner: Transfer.Owner) {
        transfers.close(owner)
    }

    private func cancel(_ id: Int) {
        transfers.cancel(id)
    }
}
