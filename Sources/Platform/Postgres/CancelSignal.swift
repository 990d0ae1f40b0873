import CLibPQ
import Glibc
import Threads

/// Lets any thread ask the one operation that a connection's thread is blocked in to end.
///
/// An operation has a number; a request for one that is over has no effect on the next.
final class CancelSignal: Sendable {
    struct Operation: Sendable {
        fileprivate let number: UInt64
    }

    private struct State {
        var current: UInt64 = 0
        var cancelled: UInt64 = 0
    }

    /// Readable while a request waits. -1 when the process has no descriptor left: requests are then seen late.
    let descriptor: Int32
    private let state = Locked(State())

    init() {
        descriptor = eventfd(0, clibpq_eventfd_flags)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Called by the connection's thread before each operation.
    func begin() -> Operation {
        clear()
        return state.withLock { state in
            state.current += 1
            return Operation(number: state.current)
        }
    }

    func cancel(_ operation: Operation) {
        state.withLock { state in
            state.cancelled = max(state.cancelled, operation.number)
        }
        if descriptor >= 0 { eventfd_write(descriptor, 1) }
    }

    func isCancelled(_ operation: Operation) -> Bool {
        state.withLock { $0.cancelled >= operation.number }
    }

    /// Makes the descriptor unreadable again.
    func clear() {
        var count: eventfd_t = 0
        if descriptor >= 0 { eventfd_read(descriptor, &count) }
    }
}
