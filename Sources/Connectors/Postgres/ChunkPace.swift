/// How many rows go at once when everything of a client goes: as many as take so long that nobody who waits for one of them
/// notices. A pure function of what the last chunks took.
struct ChunkPace: Sendable, Hashable {
    /// What a chunk is aimed to take.
    static let aim: Duration = .milliseconds(15)
    /// What a chunk waits for a lock that somebody else holds, at most: others wait for it meanwhile.
    static let lockTimeout: Duration = .milliseconds(30)
    static let first = 50
    static let most = 2_000

    private(set) var rows = Self.first
    private let perSecond: Int?

    init(perSecond: Int?) {
        self.perSecond = perSecond
        // No burst of more than a tenth of a second's.
        if let perSecond { rows = min(rows, max(1, perSecond / 10)) }
    }

    /// A chunk of `count` rows took so long. Grows slowly and shrinks fast: one that was slow has been noticed.
    mutating func took(_ time: Duration, _ count: Int) {
        guard count > 0 else { return }
        let ratio = time > .zero ? Self.aim / time : 2
        let wanted = Double(count) * min(max(ratio, 0.25), 2)
        // Of a chunk that was not full little is learned.
        guard ratio < 1 || count >= rows else { return }
        set(ratio < 1 ? wanted : min(wanted, Double(rows) * 1.25 + 1))
    }

    /// A chunk met a lock and was taken back.
    mutating func collided() { set(Double(rows) / 2) }

    /// How long to rest after a chunk so that no more than so many rows go in a second.
    func pause(after count: Int, taking time: Duration) -> Duration {
        guard let perSecond, count > 0 else { return .zero }
        return max(.zero, .seconds(1) * (Double(count) / Double(perSecond)) - time)
    }

    private mutating func set(_ wanted: Double) {
        let most = perSecond.map { min(Self.most, max(1, $0 / 10)) } ?? Self.most
        rows = min(max(Int(wanted), 1), most)
    }
}
