/// Which host to try next, and how long to wait before it.
///
/// One round through all hosts goes without waiting; from then on every round waits longer. A connection that has lasted
/// starts the count afresh, so that one cut is healed at once and a broker that drops everybody is left in peace.
struct HostRotation {
    static let lasting: Duration = .seconds(5)

    private let hosts: [AMQPConfiguration.Host]
    private let backOff: BackOff
    private var index = 0
    private var failures = 0
    private var connectedAt: ContinuousClock.Instant?

    init(hosts: [AMQPConfiguration.Host], backOff: BackOff) {
        self.hosts = hosts
        self.backOff = backOff
    }

    var host: AMQPConfiguration.Host? { hosts.isEmpty ? nil : hosts[index % hosts.count] }

    mutating func connected(at now: ContinuousClock.Instant) {
        connectedAt = now
    }

    /// Notes a failed attempt or a lost connection; how long to wait before the next attempt.
    mutating func failed(at now: ContinuousClock.Instant) -> Duration {
        if let connectedAt, now - connectedAt >= Self.lasting { failures = 0 }
        // A host that has answered is tried again first; one that has not makes way.
        if connectedAt == nil { index += 1 }
        connectedAt = nil
        failures += 1
        let round = failures / max(1, hosts.count)
        return round == 0 ? .zero : backOff.delay(attempt: round)
    }
}
