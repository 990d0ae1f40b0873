import NIOCore
import Synchronization

/// A caller's connection: which peers it spoke to, and whether the caller is still there.
final class Connection: Sendable {
    private struct State {
        var isGone = false
        /// By name, each counted once.
        var peers: [PeerName: Peer] = [:]
        var waiters: [Int: EventLoopPromise<Bool>] = [:]
        var lastWaiter = 0
    }

    private let channel: any Channel
    private let state = Mutex(State())

    init(_ channel: any Channel) {
        self.channel = channel
    }

    /// Counts the connection among the peer's, from its first call on.
    func join(_ peer: Peer) {
        let isNew = state.withLock { state in
            !state.isGone && state.peers.updateValue(peer, forKey: peer.name) == nil
        }
        if isNew { peer.book.withLock { $0.connect() } }
    }

    /// Waits; true at once when the caller has gone.
    ///
    /// - Parameter time: nil for as long as the caller has patience.
    func isGone(within time: TimeAmount?) async -> Bool {
        let promise = channel.eventLoop.makePromise(of: Bool.self)
        let waiter = state.withLock { state -> Int? in
            guard !state.isGone else { return nil }
            state.lastWaiter += 1
            state.waiters[state.lastWaiter] = promise
            return state.lastWaiter
        }
        guard let waiter else {
            promise.succeed(true)
            return true
        }
        let timer = time.map { time in
            channel.eventLoop.scheduleTask(in: time) { [self] in
                state.withLock { $0.waiters.removeValue(forKey: waiter) }?.succeed(false)
            }
        }
        let isGone = (try? await promise.futureResult.get()) ?? true
        timer?.cancel()
        return isGone
    }

    /// The caller is gone, or will send no more.
    func end() {
        let (peers, waiters) = state.withLock { state in
            defer {
                state.isGone = true
                state.peers = [:]
                state.waiters = [:]
            }
            return (state.peers, state.waiters)
        }
        for peer in peers.values { peer.book.withLock { $0.disconnect() } }
        for waiter in waiters.values { waiter.succeed(true) }
    }

    func close() {
        channel.close(promise: nil)
    }
}
