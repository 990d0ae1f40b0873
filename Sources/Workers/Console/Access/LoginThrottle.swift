import FoundationEssentials

/// How long somebody who guesses has to wait. Bounded: the one who failed longest ago makes room.
struct LoginThrottle {
    /// Failures that cost nothing.
    static let free = 5
    static let longest: TimeInterval = 900
    static let most = 1_024

    private struct Entry {
        var failures: Int
        var lastAt: Date
    }

    private var entries: [String: Entry] = [:]

    var count: Int { entries.count }

    /// How long `source` has to wait before it may try; nil where it need not.
    func wait(_ source: String, now: Date) -> TimeInterval? {
        guard let entry = entries[source], entry.failures >= Self.free else { return nil }
        let pause = min(Self.longest, 2 * Double(1 << min(entry.failures - Self.free, 20)))
        let left = pause - now.timeIntervalSince(entry.lastAt)
        return left > 0 ? left : nil
    }

    mutating func failed(_ source: String, now: Date) {
        var entry = entries[source] ?? Entry(failures: 0, lastAt: now)
        if now.timeIntervalSince(entry.lastAt) > Self.longest { entry.failures = 0 }
        entry.failures += 1
        entry.lastAt = now
        if entries[source] == nil, entries.count >= Self.most,
            let oldest = entries.min(by: { $0.value.lastAt < $1.value.lastAt })
        {
            entries.removeValue(forKey: oldest.key)
        }
        entries[source] = entry
    }

    mutating func succeeded(_ source: String) { entries.removeValue(forKey: source) }
}
