import CLibPQ
import FoundationEssentials
public import Logging
import Synchronization
import Threads

/// One session with the server, pinned to a thread of its own: every call blocks that thread and no other.
///
/// A connection serves one task at a time: calls of several tasks are taken in turn, but a transaction belongs to
/// whoever began it. Cancelling a task ends the statement it waits for; the connection stays usable if the server
/// confirms that in time. After any loss ``isUsable`` is false and every call throws.
public actor PostgresConnection {
    public nonisolated let configuration: PostgresConfiguration
    nonisolated let logger: Logger
    nonisolated let signal = CancelSignal()
    private nonisolated let loop: ThreadLoop
    private nonisolated let usable = Atomic<Bool>(true)

    private var link: Link?
    var cache: StatementCache
    /// A transaction was begun and nothing has been sent for it yet.
    var beginIsPending = false
    var cursorCount = 0

    // Kept between calls so that sending a statement allocates nothing.
    private var pointers: [UnsafePointer<CChar>?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private var types: [UInt32] = []

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.asUnownedSerialExecutor()
    }

    /// Connects to the first host that answers and is what `target_session_attrs` asks for.
    public static func connect(
        _ configuration: PostgresConfiguration,
        logger: Logger = Logger(label: "postgres")
    ) async throws -> PostgresConnection {
        let connection = PostgresConnection(configuration: configuration, logger: logger)
        try await connection.open()
        return connection
    }

    private init(configuration: PostgresConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        cache = StatementCache(capacity: configuration.statementCacheSize)
        loop = ThreadLoop(name: "postgres")
    }

    deinit {
        loop.stop()
    }

    /// Whether the connection was whole when it was last used.
    public nonisolated var isUsable: Bool { usable.load(ordering: .relaxed) }

    /// The server process that serves this session.
    public var processID: Int {
        get throws { Int(PQbackendPID(try whole().pointer)) }
    }

    /// Such as 150004 for 15.4.
    public var serverVersion: Int {
        get throws { Int(PQserverVersion(try whole().pointer)) }
    }

    public var isEncrypted: Bool {
        get throws { PQsslInUse(try whole().pointer) == 1 }
    }

    /// Ends the session. What is not committed is rolled back. Calling it again does nothing.
    public func close() {
        drop()
    }

    /// Looks, without a round trip, whether the server has ended the session meanwhile.
    func isStillThere() -> Bool {
        guard let link, !link.isBroken else { return false }
        if link.isQuiet { return true }
        drop()
        return false
    }

    /// A transaction is open, or begun and about to be.
    public var isInTransaction: Bool {
        beginIsPending || link.map { !$0.isIdle } ?? false
    }

    private func open() async throws {
        try await cancellable { operation in
            var faults: [String] = []
            for host in configuration.hosts {
                do {
                    link = try Link.connect(
                        configuration.parameters(for: host),
                        timeout: configuration.connectTimeout,
                        signal: signal,
                        operation: operation
                    )
                    return
                } catch let error as PostgresError where error.code == .connectFailed {
                    faults.append("\(host): \(error.detail ?? "no answer")")
                }
            }
            usable.store(false, ordering: .relaxed)
            throw PostgresError(.connectFailed, detail: faults.joined(separator: "; "))
        }
    }

    func whole() throws -> Link {
        guard let link else { throw PostgresError(.closed) }
        return link
    }

    func drop() {
        link = nil
        beginIsPending = false
        usable.store(false, ordering: .relaxed)
        loop.stop()
    }

    /// Runs `body` on this thread; cancelling the task wakes it from whatever it waits for there.
    func cancellable<Result: Sendable>(_ body: (Link.Operation) throws -> Result) async throws -> Result {
        if Task.isCancelled { throw PostgresError(.cancelled) }
        let operation = signal.begin()
        return try await withTaskCancellationHandler {
            try perform(body, operation)
        } onCancel: { [signal] in
            signal.cancel(operation)
        }
    }

    /// A method, so that the closure above is isolated to the actor: one that does not use the actor leaves its thread.
    private func perform<Result>(
        _ body: (Link.Operation) throws -> Result,
        _ operation: Link.Operation
    ) rethrows -> Result {
        try body(operation)
    }
}

// MARK: Sending

extension PostgresConnection {
    struct Rejected: Error {}

    func sendPrepare(_ sql: SQL, as name: String, on link: Link) throws(Rejected) {
        types.removeAll(keepingCapacity: true)
        for parameter in sql.parameters { types.append(parameter.type.rawValue) }
        guard PQsendPrepare(link.pointer, name, sql.text, Int32(types.count), types) == 1 else { throw Rejected() }
    }

    func sendExecute(_ sql: SQL, as name: String, on link: Link) throws(Rejected) {
        let accepted = sql.writer.bytes.withUnsafeBytes { bytes in
            // Empty values need a pointer too: none at all is NULL.
            let base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
            pointers.removeAll(keepingCapacity: true)
            lengths.removeAll(keepingCapacity: true)
            for parameter in sql.parameters {
                let start = parameter.length < 0 ? nil : base?.advanced(by: parameter.offset)
                pointers.append(start?.assumingMemoryBound(to: CChar.self))
                lengths.append(Int32(truncatingIfNeeded: max(0, parameter.length)))
            }
            while formats.count < sql.parameters.count { formats.append(1) }
            return PQsendQueryPrepared(
                link.pointer,
                name,
                Int32(sql.parameters.count),
                pointers,
                lengths,
                formats,
                1
            )
        }
        guard accepted == 1 else { throw Rejected() }
    }

    func sendPlain(_ text: String, on link: Link) throws(Rejected) {
        guard PQsendQueryParams(link.pointer, text, 0, nil, nil, nil, nil, 1) == 1 else { throw Rejected() }
    }

    func sendSync(on link: Link) throws(Rejected) {
        guard PQpipelineSync(link.pointer) == 1 else { throw Rejected() }
    }
}
