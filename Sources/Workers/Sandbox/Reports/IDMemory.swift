import DequeModule

/// The ids that a peer was given, with a digest of the body that came with each. Beyond `limit` the oldest are forgotten.
struct IDMemory: Sendable {
    /// What an id was when it came.
    enum Sight: Sendable, Equatable {
        case first
        case again(sameBody: Bool)
    }

    private struct Entry {
        let digest: Int
        var wasActedOn = false
    }

    let limit: Int
    private(set) var distinct = 0
    private(set) var forgotten = 0
    private var entries: [String: Entry] = [:]
    private var order: Deque<String> = []

    init(limit: Int) {
        self.limit = limit
    }

    mutating func see(_ id: String, digest: Int) -> Sight {
        if let entry = entries[id] { return .again(sameBody: entry.digest == digest) }
        if entries.count == limit, let oldest = order.popFirst() {
            entries[oldest] = nil
            forgotten += 1
        }
        entries[id] = Entry(digest: digest)
        order.append(id)
        distinct += 1
        return .first
    }

    /// Notes that what came with the id was done; true if it had been done before.
    mutating func act(on id: String) -> Bool {
        guard let entry = entries[id] else { return false }
        entries[id]?.wasActedOn = true
        return entry.wasActedOn
    }
}
