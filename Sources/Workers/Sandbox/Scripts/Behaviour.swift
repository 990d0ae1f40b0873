/// How a peer takes one call. Without anything it does what it was asked and says so.
struct Behaviour: Sendable, Equatable {
    /// Milliseconds between the call and the answer, and what is at most added by chance.
    struct Delay: Sendable, Equatable {
        var milliseconds = 0
        var jitter = 0
    }

    /// An answer that drips: headers, then one byte at a time.
    struct Trickle: Sendable, Equatable {
        var everyMilliseconds = 100
        /// The body is filled up with blanks to so many.
        var bytes = 0
    }

    /// Where the connection is closed.
    enum Close: String, Sendable, CaseIterable {
        case beforeAnswer = "before_answer"
        case midBody = "mid_body"
        /// When half of the call's body has come, where that is taken as it comes; else before the answer.
        case midRequest = "mid_request"
    }

    var delay: Delay?
    var hang = false
    var trickle: Trickle?
    var status: Int?
    var retryAfter: Int?
    var location: String?
    var body: String?
    var close: Close?
    var wrongSignature = false
    /// As written in the script.
    var actsAsWritten: Bool?

    /// Whether it does what it was asked, whatever it then answers. Unless the script says so, a peer that answers with an
    /// error, hangs, or closes without an answer has done nothing.
    var acts: Bool {
        let isHeard = !hang && close != .beforeAnswer && close != .midRequest
        return actsAsWritten ?? (isHeard && (status.map { (200..<300).contains($0) } ?? true))
    }
}
