import CLibPQ
import Glibc

/// Asks the server, over a connection of its own, to end what a session is doing.
///
/// libpq's call blocks without a deadline, so it runs on a thread of its own; the session's thread waits for it as long as
/// it likes and otherwise drops the session.
// Unchecked: `handle` is used by the request's thread only, from the start until it is freed there.
final class CancelRequest: @unchecked Sendable {
    private let handle: OpaquePointer
    private let finished: Int32

    private init(handle: OpaquePointer, finished: Int32) {
        self.handle = handle
        self.finished = finished
    }

    deinit {
        PQfreeCancel(handle)
        close(finished)
    }

    /// Returns whether the request was over before the deadline. Only then is it sure not to hit a later statement.
    static func send(for connection: OpaquePointer, until deadline: ContinuousClock.Instant) -> Bool {
        guard let handle = PQgetCancel(connection) else { return false }
        let finished = eventfd(0, clibpq_eventfd_flags)
        guard finished >= 0 else {
            PQfreeCancel(handle)
            return false
        }
        let request = CancelRequest(handle: handle, finished: finished)
        guard request.start() else { return false }
        return request.wait(until: deadline)
    }

    private func start() -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let context = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        guard pthread_create(&thread, &attributes, Self.main, context) == 0 else {
            Unmanaged<CancelRequest>.fromOpaque(context).release()
            return false
        }
        return true
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        let request = Unmanaged<CancelRequest>.fromOpaque(context).takeRetainedValue()
        // A refusal needs no answer: the statement then runs on into the session's deadline.
        var message = [CChar](repeating: 0, count: 256)
        PQcancel(request.handle, &message, Int32(message.count))
        eventfd_write(request.finished, 1)
        return nil
    }

    private func wait(until deadline: ContinuousClock.Instant) -> Bool {
        while true {
            let left = deadline - .now
            guard left > .zero else { return false }
            var entry = pollfd(fd: finished, events: Int16(POLLIN), revents: 0)
            let ready = poll(&entry, 1, Int32(clamping: left.milliseconds + 1))
            if ready > 0 { return true }
            if ready < 0, errno != EINTR { return false }
        }
    }
}
