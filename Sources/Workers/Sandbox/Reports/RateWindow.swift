import DequeModule

/// The most events that any sliding second held, exact: the window is half open, so two events a full second apart never share
/// one.
///
/// It keeps the times of the last second only. A second with more than `limit` events is counted as `limit`.
struct RateWindow: Sendable {
    /// Microseconds.
    static let span = 1_000_000

    let limit: Int
    private(set) var most = 0
    /// When the fullest second began.
    private(set) var mostAt: Int?
    private var times: Deque<Int> = []

    init(limit: Int = 1_000_000) {
        self.limit = limit
    }

    /// - Parameter time: in microseconds, never before the last one.
    mutating func count(_ time: Int) {
        while let first = times.first, time - first >= Self.span { times.removeFirst() }
        if times.count == limit { times.removeFirst() }
        times.append(time)
        if times.count > most {
            most = times.count
            mostAt = times.first
        }
    }

    /// Forgets the most, and begins anew.
    mutating func forget() {
        self = RateWindow(limit: limit)
    }
}
