import Fleet

/// Why an errand went no further. Made of codes alone.
struct HTTPObstacle: Error {
    let verdict: AttemptVerdict

    init(_ verdict: AttemptVerdict) { self.verdict = verdict }

    /// Too little time is left for another call.
    static let outOfTime = HTTPObstacle(.retry("out_of_time", blamesTarget: true))
    /// The reply is not what its description says.
    static func badReply(_ status: Int) -> HTTPObstacle {
        HTTPObstacle(.retry("bad_reply", status: status, blamesTarget: true))
    }
}
