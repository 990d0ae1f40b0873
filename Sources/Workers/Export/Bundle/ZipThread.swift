import Archive
import Glibc

/// The archive at work on a thread of its own, so that compressing overlaps with reading, writing out and hashing.
///
/// One thread gives steps, which are done in the order given; the blocks they carry come from a fixed pool, and whoever is
/// ahead waits. A failure of the archive is thrown by the next call. Every one ends with ``close()`` or ``abandon()``, after
/// which the archive is the caller's again.
// Unchecked: steps, blocks and how it stands are reached under the mutex only, except a block's bytes, which belong to
// whoever took it; the archive is touched by the thread alone until it is joined.
final class ZipThread: @unchecked Sendable {
    static let blockSize = 256 << 10
    private static let blockCount = 8
    private static let stepLimit = 64

    private enum Step {
        case begin(String, time: Int64)
        case write(block: Int, count: Int)
        case end
    }

    private enum Standing {
        case open
        /// Nothing more will come.
        case closing
        case failed(any Error)
        case abandoned
    }

    private let zip: ZipWriter
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// Signalled with every change: there are two threads, and at most one of them waits.
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: ZipThread.blockSize * ZipThread.blockCount,
        alignment: 64
    )
    private var free = Array(0..<ZipThread.blockCount)
    private var steps: [Step] = []
    private var standing = Standing.open
    private var thread = pthread_t()
    private var isRunning = false

    init(_ zip: ZipWriter) throws(BundleError) {
        self.zip = zip
        steps.reserveCapacity(Self.stepLimit)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        changed.initialize(to: pthread_cond_t())
        pthread_cond_init(changed, nil)
        let context = Unmanaged.passRetained(self)
        guard pthread_create(&thread, nil, Self.main, context.toOpaque()) == 0 else {
            context.release()
            throw BundleError(.thread)
        }
        isRunning = true
    }

    deinit {
        pthread_cond_destroy(changed)
        changed.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
        memory.deallocate()
    }

    // MARK: The thread that gives steps

    func begin(_ name: String, time: Int64) throws { try give(.begin(name, time: time)) }

    func end() throws { try give(.end) }

    /// Waits for a block that is free.
    func take() throws -> Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if case .failed(let error) = standing { throw error }
            if let block = free.popLast() { return block }
            pthread_cond_wait(changed, mutex)
        }
    }

    /// The bytes of a block that was taken: to be filled before it is written.
    func bytes(of block: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: memory[block * Self.blockSize..<(block + 1) * Self.blockSize])
    }

    /// Writes the first `count` bytes of a block, and has it back.
    func write(_ block: Int, _ count: Int) throws { try give(.write(block: block, count: count)) }

    /// Waits until all that was given is done. Throws what failed.
    func close() throws {
        stand(.closing)
        join()
        if case .failed(let error) = standing { throw error }
    }

    /// Forgets what is not done.
    func abandon() {
        stand(.abandoned)
        join()
    }

    private func give(_ step: Step) throws {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if case .failed(let error) = standing { throw error }
            if steps.count < Self.stepLimit { break }
            pthread_cond_wait(changed, mutex)
        }
        steps.append(step)
        pthread_cond_broadcast(changed)
    }

    private func stand(_ next: Standing) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        switch standing {
        case .open, .closing: standing = next
        case .failed, .abandoned: break
        }
        pthread_cond_broadcast(changed)
    }

    private func join() {
        guard isRunning else { return }
        isRunning = false
        pthread_join(thread, nil)
    }

    // MARK: The thread that does them

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        Unmanaged<ZipThread>.fromOpaque(context).takeRetainedValue().work()
        return nil
    }

    private func work() {
        while let step = next() {
            do {
                switch step {
                case .begin(let name, let time):
                    try zip.begin(name, time: time)
                case .write(let block, let count):
                    try zip.write(UnsafeRawBufferPointer(rebasing: bytes(of: block)[..<count]))
                    giveBack(block)
                case .end:
                    try zip.end()
                }
            } catch {
                return stand(.failed(error))
            }
        }
    }

    /// Nil when there is nothing left to do.
    private func next() -> Step? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch standing {
            case .failed, .abandoned: return nil
            case .closing where steps.isEmpty: return nil
            case .open, .closing: break
            }
            if !steps.isEmpty {
                pthread_cond_broadcast(changed)
                return steps.removeFirst()
            }
            pthread_cond_wait(changed, mutex)
        }
    }

    private func giveBack(_ block: Int) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        free.append(block)
        pthread_cond_broadcast(changed)
    }
}
