import CLibPQ
import Glibc

/// One `PGconn` and the waiting for it, confined to one thread.
///
/// All calls are non-blocking in libpq and wait here, in poll(2), for the socket, a request to cancel, or the deadline.
final class Link {
    typealias Operation = CancelSignal.Operation

    enum Interruption {
        case cancelled, late
    }

    let pointer: OpaquePointer
    let signal: CancelSignal

    private init(_ pointer: OpaquePointer, signal: CancelSignal) {
        self.pointer = pointer
        self.signal = signal
    }

    deinit {
        PQfinish(pointer)
    }

    /// Sees whether libpq still takes the connection for whole.
    var isBroken: Bool { PQstatus(pointer) != CONNECTION_OK }

    var isIdle: Bool { PQtransactionStatus(pointer) == PQTRANS_IDLE }

    var transactionFailed: Bool { PQtransactionStatus(pointer) == PQTRANS_INERROR }

    /// Takes in what the server said unasked, and whether it then is still there. A farewell and the end of the stream may
    /// come in two readings.
    var isQuiet: Bool {
        for _ in 0..<8 {
            var entry = pollfd(fd: PQsocket(pointer), events: Int16(POLLIN), revents: 0)
            if poll(&entry, 1, 0) == 0 { return !isBroken }
            guard PQconsumeInput(pointer) == 1, !isBroken else { return false }
            _ = PQisBusy(pointer)
        }
        return false
    }

    /// Connects to one host and returns when the session is ready.
    static func connect(
        _ parameters: [(name: String, value: String)],
        timeout: Duration,
        signal: CancelSignal,
        operation: Operation
    ) throws -> Link {
        let deadline = ContinuousClock.now + timeout
        let names = parameters.map { strdup($0.name) }
        let values = parameters.map { strdup($0.value) }
        defer { for text in names + values { free(text) } }
        let started = PQconnectStartParams(
            names.map { UnsafePointer($0) } + [nil],
            values.map { UnsafePointer($0) } + [nil],
            0
        )
        guard let started else { throw PostgresError(.connectFailed, detail: "out of memory") }
        let link = Link(started, signal: signal)
        clibpq_silence_notices(started)
        var state = PGRES_POLLING_WRITING
        while true {
            guard PQstatus(started) != CONNECTION_BAD, state != PGRES_POLLING_FAILED else {
                throw link.connectError()
            }
            if state == PGRES_POLLING_OK { break }
            let events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT
            switch link.wait(for: Int16(events), until: deadline, operation) {
            case nil: state = PQconnectPoll(started)
            case .cancelled: throw PostgresError(.cancelled)
            case .late: throw PostgresError(.connectFailed, detail: "no answer within \(timeout)")
            }
        }
        guard PQsetnonblocking(started, 1) == 0, PQenterPipelineMode(started) == 1 else { throw link.connectError() }
        return link
    }

    /// libpq's words for a failed connection attempt: hosts, users, databases and certificates, no values. They are what
    /// an operator needs to see.
    private func connectError() -> PostgresError {
        let text = String(cString: PQerrorMessage(pointer))
        let line = text.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix { $0 == "\t" } }.joined(
            separator: "; "
        )
        return PostgresError(.connectFailed, detail: line.isEmpty ? nil : line)
    }

    /// Waits until the socket is ready for one of `events`; answers why not, if not.
    func wait(for events: Int16, until deadline: ContinuousClock.Instant, _ operation: Operation?) -> Interruption? {
        while true {
            if let operation, signal.isCancelled(operation) { return .cancelled }
            let left = deadline - .now
            guard left > .zero else { return .late }
            // Without a descriptor for the signal, requests are looked for a few times a second.
            let limit: Int64 = operation != nil && signal.descriptor < 0 ? 200 : 3_600_000
            var set = (
                pollfd(fd: PQsocket(pointer), events: events, revents: 0),
                pollfd(fd: operation == nil ? -1 : signal.descriptor, events: Int16(POLLIN), revents: 0)
            )
            let ready = withUnsafeMutableBytes(of: &set) { bytes in
                poll(
                    bytes.assumingMemoryBound(to: pollfd.self).baseAddress,
                    2,
                    Int32(min(left.milliseconds + 1, limit))
                )
            }
            if ready < 0, errno != EINTR { return .late }
            if set.0.revents != 0 { return nil }
            if set.1.revents != 0 { signal.clear() }
        }
    }

    /// Sends what libpq has gathered. Reads meanwhile: with both sides' buffers full of unread answers, neither could go on.
    func flush(until deadline: ContinuousClock.Instant, _ operation: Operation?) throws(Broken) -> Interruption? {
        while true {
            switch PQflush(pointer) {
            case 0: return nil
            case 1: break
            default: throw Broken()
            }
            if let interruption = wait(for: Int16(POLLIN | POLLOUT), until: deadline, operation) { return interruption }
            guard PQconsumeInput(pointer) == 1 else { throw Broken() }
        }
    }

    struct Broken: Error {}

    enum Answer {
        case result(ServerResult)
        /// The end of one command's results.
        case end
        case interrupted(Interruption)
    }

    func nextAnswer(until deadline: ContinuousClock.Instant, _ operation: Operation?) -> Answer {
        while PQisBusy(pointer) == 1 {
            if let interruption = wait(for: Int16(POLLIN), until: deadline, operation) {
                return .interrupted(interruption)
            }
            // A failure shows as a result: first what the server said last, then that it is gone.
            if PQconsumeInput(pointer) == 0 { break }
        }
        return PQgetResult(pointer).map { .result(ServerResult($0)) } ?? .end
    }
}
