import Synchronization

/// A call that has not been answered yet. It ends once, however it ends: one that is let go of was given up.
final class OpenCall: Sendable {
    private let peer: Peer
    private let number: Int
    private let hasEnded = Atomic<Bool>(false)

    /// Notes a call that arrives now.
    init(_ peer: Peer, method: String, route: String) {
        self.peer = peer
        // The time is read under the lock, so that the book sees times in order.
        number = peer.book.withLock { $0.begin(at: Moment.now(), method: method, route: route) }
    }

    deinit {
        end(.gone)
    }

    func note(_ content: PeerBook.Content) {
        peer.book.withLock { $0.note(content, of: number) }
    }

    /// What was asked for was done.
    func act(on key: String?) {
        peer.book.withLock { $0.act(on: key, in: number) }
    }

    func end(_ ending: Call.Ending, status: Int? = nil) {
        guard !hasEnded.exchange(true, ordering: .acquiringAndReleasing) else { return }
        peer.book.withLock { $0.end(number, at: Moment.now(), ending, status: status) }
    }
}
