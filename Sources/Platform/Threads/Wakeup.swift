import Glibc

/// A descriptor that any thread can make readable, to end another thread's poll(2).
///
/// A pipe and not an eventfd, which Swift's C library module does not show: two descriptors more, same cost a wake-up.
struct Wakeup: ~Copyable {
    let reader: Int32
    private let writer: Int32

    /// Without free descriptors `reader` is -1, and the poller has to look for itself now and then.
    init() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            reader = -1
            writer = -1
            return
        }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        reader = ends[0]
        writer = ends[1]
    }

    deinit {
        guard reader >= 0 else { return }
        close(reader)
        close(writer)
    }

    func signal() {
        var byte: UInt8 = 1
        // EAGAIN means that the pipe is full, and so the poller is awake anyway.
        _ = write(writer, &byte, 1)
    }

    func drain() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            while read(reader, buffer.baseAddress, buffer.count) == buffer.count {}
        }
    }
}
