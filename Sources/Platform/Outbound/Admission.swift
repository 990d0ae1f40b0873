import DequeModule

/// Which calls are under way and which wait for their turn: decisions only. Who comes first goes first.
struct Admission {
    /// A number that never comes again.
    typealias Call = Int

    enum Answer: Hashable {
        case start
        case wait
        /// Too many wait already.
        case refuse
    }

    let inFlightLimit: Int
    let waitingLimit: Int
    private(set) var inFlight = 0
    /// The deadlines of those that wait. Who left early is gone from here and still in `line`.
    private var deadlines: [Call: ContinuousClock.Instant] = [:]
    private var line: Deque<Call> = []
    /// No deadline comes before this; there may be none at it any more.
    private(set) var alarm: ContinuousClock.Instant?

    init(inFlightLimit: Int, waitingLimit: Int) {
        self.inFlightLimit = max(1, inFlightLimit)
        self.waitingLimit = max(0, waitingLimit)
    }

    var waiting: Int { deadlines.count }

    mutating func admit(_ call: Call, until deadline: ContinuousClock.Instant) -> Answer {
        if inFlight < inFlightLimit {
            inFlight += 1
            return .start
        }
        guard waiting < waitingLimit else { return .refuse }
        deadlines[call] = deadline
        line.append(call)
        alarm = min(alarm ?? deadline, deadline)
        return .wait
    }

    /// A call under way has ended. Who waits longest goes next, into its place.
    mutating func end() -> Call? {
        while let next = line.popFirst() {
            if deadlines.removeValue(forKey: next) != nil { return next }
        }
        inFlight -= 1
        return nil
    }

    /// Whether the call waited; it no longer does.
    mutating func withdraw(_ call: Call) -> Bool {
        guard deadlines.removeValue(forKey: call) != nil else { return false }
        if line.count > 2 * waiting + 16 { line.removeAll { deadlines[$0] == nil } }
        return true
    }

    /// Those whose time is over.
    mutating func expire(at now: ContinuousClock.Instant) -> [Call] {
        guard let alarm, alarm <= now else { return [] }
        let late = deadlines.filter { $0.value <= now }.map(\.key).sorted()
        for call in late { deadlines[call] = nil }
        self.alarm = deadlines.values.min()
        return late
    }
}
