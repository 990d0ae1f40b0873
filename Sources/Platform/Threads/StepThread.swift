import Glibc

/// A thread that does steps in the order in which they are given, so that giving and doing overlap.
///
/// One thread gives; it waits where so many steps are given and not done as the limit says. What a step throws is thrown by the next
/// call, and nothing is done after it. Every one ends with ``close()`` or ``abandon()``: until then what `perform` reaches is the
/// thread's alone, afterwards it is the giver's again.
// Unchecked: steps and standing are reached under the mutex only; `perform` runs on the thread alone, which is joined before whoever
// made it may touch what it captured.
public final class StepThread<Step: Sendable>: @unchecked Sendable {
    /// No thread could be started.
    public struct NotStarted: Error {
        public let code: Int32
    }

    private enum Standing {
        case open
        /// Nothing more will come.
        case closing
        case failed(any Error)
        case abandoned
    }

    private let limit: Int
    private let perform: (Step) throws -> Void
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// Signalled with every change: there are two threads, and at most one of them waits.
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var steps: [Step] = []
    private var standing = Standing.open
    private var thread = pthread_t()
    private var isRunning = false

    /// - Parameter limit: steps given and not begun, at most.
    public init(limit: Int, perform: @escaping (Step) throws -> Void) throws(NotStarted) {
        self.limit = max(1, limit)
        self.perform = perform
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        changed.initialize(to: pthread_cond_t())
        pthread_cond_init(changed, nil)
        let beginning = Unmanaged.passRetained(ThreadBeginning { self.work() })
        let code = pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<ThreadBeginning>.fromOpaque(context).takeRetainedValue().work() }
                return nil
            },
            beginning.toOpaque()
        )
        guard code == 0 else {
            beginning.release()
            throw NotStarted(code: code)
        }
        isRunning = true
    }

    deinit {
        pthread_cond_destroy(changed)
        changed.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    // MARK: The thread that gives

    /// Waits while too much is not done. Throws what a step before has thrown.
    public func give(_ step: Step) throws {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if case .failed(let error) = standing { throw error }
            if steps.count < limit { break }
            pthread_cond_wait(changed, mutex)
        }
        steps.append(step)
        pthread_cond_signal(changed)
    }

    /// Waits until everything is done. Throws what failed.
    public func close() throws {
        stand(.closing)
        join()
        if case .failed(let error) = standing { throw error }
    }

    /// Forgets what has not begun, and waits for what has.
    public func abandon() {
        stand(.abandoned)
        join()
    }

    private func join() {
        guard isRunning else { return }
        isRunning = false
        pthread_join(thread, nil)
    }

    private func stand(_ next: Standing) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        switch standing {
        case .open, .closing: standing = next
        case .failed, .abandoned: break
        }
        pthread_cond_signal(changed)
    }

    // MARK: The thread that does

    private func work() {
        while let step = next() {
            do { try perform(step) } catch { return stand(.failed(error)) }
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
                pthread_cond_signal(changed)
                return steps.removeFirst()
            }
            pthread_cond_wait(changed, mutex)
        }
    }
}

/// What the C function that begins a thread is given: such a function knows no generic types.
private final class ThreadBeginning {
    let work: () -> Void

    init(_ work: @escaping () -> Void) { self.work = work }
}
