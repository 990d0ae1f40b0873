/// What became of the status callbacks that a peer sent.
struct CallbackCounts: Sendable, Equatable, Encodable {
    /// Attempts.
    var sent = 0
    /// Attempts answered with 2xx.
    var answered = 0
    /// Callbacks given up after the last attempt.
    var failed = 0
}
