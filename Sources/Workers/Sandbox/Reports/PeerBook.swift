/// What one peer saw: counts that are exact, and the last calls and ids.
struct PeerBook: Sendable {
    /// How much of the past is kept, for each peer.
    struct Limits: Sendable {
        var calls = 20_000
        var ids = 200_000
        /// Keeps bodies and webhook headers of the calls that are kept.
        var keepsBodies = false
        /// Of the kept bodies together.
        var bodyBytes = 64 << 20
    }

    /// What there is to note of a call when it has been read.
    struct Content: Sendable {
        var key: String?
        var verification: Call.Verification?
        var body: [UInt8] = []
        var headers: [String: String] = [:]
    }

    let limits: Limits
    private(set) var connections = Gauge()
    private(set) var underWay = Gauge()
    private(set) var rate = RateWindow()
    private(set) var ids: IDMemory
    private(set) var calls = 0
    private(set) var duplicates = 0
    private(set) var duplicatesWithOtherBody = 0
    private(set) var acted = 0
    private(set) var actedAgain = 0
    private(set) var badSignatures = 0
    private(set) var unverified = 0
    private(set) var firstAt: Int?
    private(set) var lastAt: Int?
    private(set) var statuses: [Int: Int] = [:]
    private(set) var endings: [Call.Ending: Int] = [:]
    private(set) var callbacks = CallbackCounts()
    private var ring: CallRing
    /// Calls before this one belong to a report that was forgotten.
    private var firstNumber = 1

    init(limits: Limits = Limits()) {
        self.limits = limits
        ids = IDMemory(limit: limits.ids)
        ring = CallRing(limit: limits.calls, byteLimit: limits.bodyBytes)
    }

    /// A call arrived.
    ///
    /// - Parameter time: never before that of the last call.
    /// - Returns: its number.
    mutating func begin(at time: Int, method: String, route: String) -> Int {
        let number = ring.next
        ring.append(Call(number: number, at: time, method: method, route: route))
        calls += 1
        firstAt = firstAt ?? time
        lastAt = time
        rate.count(time)
        underWay.enter()
        return number
    }

    /// The call has been read. Only what is believed counts as an id.
    mutating func note(_ content: Content, of number: Int) {
        switch content.verification {
        case .bad: badSignatures += 1
        case .unverified: unverified += 1
        case .good, nil: break
        }
        if let key = content.key, content.verification != .bad {
            var hasher = Hasher()
            content.body.withUnsafeBytes { hasher.combine(bytes: $0) }
            if case .again(let sameBody) = ids.see(key, digest: hasher.finalize()) {
                duplicates += 1
                duplicatesWithOtherBody += sameBody ? 0 : 1
            }
        }
        ring.change(number) { call in
            call.key = content.key
            call.verification = content.verification
            call.bytes = content.body.count
            guard limits.keepsBodies else { return }
            call.body = content.body
            call.headers = content.headers
        }
    }

    /// What the call asked for was done.
    mutating func act(on key: String?, in number: Int) {
        acted += 1
        if let key, ids.act(on: key) { actedAgain += 1 }
        ring.change(number) { $0.isActedOn = true }
    }

    mutating func end(_ number: Int, at time: Int, _ ending: Call.Ending, status: Int?) {
        underWay.leave()
        guard number >= firstNumber else { return }
        endings[ending, default: 0] += 1
        if let status { statuses[status, default: 0] += 1 }
        ring.change(number) { call in
            call.ending = ending
            call.status = status
            call.duration = time - call.at
        }
    }

    mutating func connect() { connections.enter() }

    mutating func disconnect() { connections.leave() }

    mutating func count(_ change: (inout CallbackCounts) -> Void) { change(&callbacks) }

    func lastCalls(after number: Int, limit: Int) -> [Call] {
        ring.calls(after: number, limit: limit)
    }

    /// Forgets what was; what is open or under way stays counted.
    mutating func forget() {
        var fresh = PeerBook(limits: limits)
        fresh.connections = connections
        fresh.connections.forget()
        fresh.underWay = underWay
        fresh.underWay.forget()
        fresh.ring = ring
        fresh.ring.forget()
        fresh.firstNumber = ring.next
        self = fresh
    }
}
