/// One call that a peer got.
struct Call: Sendable {
    /// What became of it.
    enum Ending: String, Sendable {
        case underWay = "under_way"
        case answered
        /// The answer was cut off in mid-body.
        case cut
        /// The connection was closed without an answer.
        case closed
        /// The caller gave up first.
        case gone
    }

    /// Whether its signature was the right one.
    enum Verification: String, Sendable {
        case good, bad
        /// No secret is known for the peer.
        case unverified
    }

    /// Counts the peer's calls from 1, over all reports.
    let number: Int
    /// Microseconds since 1970.
    let at: Int
    let method: String
    /// The path without the names of peers and people.
    let route: String
    /// Webhook id, subject request id or idempotency key.
    var key: String?
    var verification: Verification?
    var isActedOn = false
    var bytes = 0
    var ending = Ending.underWay
    var status: Int?
    /// Microseconds.
    var duration: Int?
    var body: [UInt8]?
    var headers: [String: String]?
}
