import DequeModule

/// The last calls of one peer, and of the last of them the bodies.
struct CallRing: Sendable {
    private let limit: Int
    private let byteLimit: Int
    private var calls: Deque<Call> = []
    /// Number of the first call that is kept.
    private var first = 1
    /// Number of the first call whose body is kept.
    private var firstWithBody = 1
    private var keptBytes = 0

    /// - Parameters:
    ///   - limit: of calls.
    ///   - byteLimit: of their bodies together.
    init(limit: Int, byteLimit: Int) {
        self.limit = limit
        self.byteLimit = byteLimit
    }

    /// The number that the next call gets.
    var next: Int { first + calls.count }

    mutating func append(_ call: Call) {
        if calls.count == limit { dropFirst() }
        calls.append(call)
    }

    /// Does nothing when the call is forgotten.
    mutating func change(_ number: Int, _ change: (inout Call) -> Void) {
        guard number >= first, number < next else { return }
        let before = calls[number - first].body?.count ?? 0
        change(&calls[number - first])
        keptBytes += (calls[number - first].body?.count ?? 0) - before
        while keptBytes > byteLimit, firstWithBody < number { dropBody() }
    }

    /// - Parameter number: only calls after that one.
    func calls(after number: Int, limit: Int) -> [Call] {
        let start = min(max(0, number - first + 1), calls.count)
        return Array(calls[start..<min(calls.count, start + limit)])
    }

    /// Forgets all; the numbers go on.
    mutating func forget() {
        first = next
        firstWithBody = first
        keptBytes = 0
        calls = []
    }

    private mutating func dropFirst() {
        keptBytes -= calls.removeFirst().body?.count ?? 0
        first += 1
        firstWithBody = max(firstWithBody, first)
    }

    private mutating func dropBody() {
        let index = firstWithBody - first
        keptBytes -= calls[index].body?.count ?? 0
        calls[index].body = nil
        firstWithBody += 1
    }
}
