import Fleet
import FoundationEssentials
import Outbound

/// An answer that nothing follows from but what the ledger makes of it.
struct ReplyObstacle: Error {
    /// The longest that a peer may have itself left alone.
    private static let longestPause: Duration = .seconds(86_400)

    let verdict: AttemptVerdict

    init(_ verdict: AttemptVerdict) { self.verdict = verdict }

    /// What a status says that has no meaning of its own where it was asked for.
    ///
    /// - Parameter mayHaveActed: whether the call, had it been heard, would have begun something.
    init(_ reply: HTTPReply, mayHaveActed: Bool = false) {
        let status = reply.status
        let cause = "http_\(status)"
        let pause = reply.retryAfter.map { min($0.delay(from: Date()), Self.longestPause) }
        verdict =
            switch status {
            // It is well and asks for time.
            case 429: .retry(cause, status: status, after: pause, blamesTarget: false)
            // Wrong credentials or a wrong path meet the next call too, and are mended without a word to us.
            case 401, 403, 404, 407, 408, 425: .retry(cause, status: status, blamesTarget: true)
            case 400..<500: .refused(cause, status: status)
            default:
                .retry(cause, status: status, after: pause, blamesTarget: true, mayHaveActed: mayHaveActed)
            }
    }
}
