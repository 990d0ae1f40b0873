/// What came of one attempt at an effect. Codes and numbers; never a person, never a word of the peer's.
package struct AttemptVerdict: Sendable, Hashable {
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        case done
        /// There was nothing left to do at the target.
        case alreadyAbsent = "already_absent"
        /// Taken, to be looked at again.
        case acceptedPending = "accepted_pending"
        /// Nothing has gone wrong and it is not over: it goes on, or is asked again, later.
        case waiting
        /// The same attempt may succeed later.
        case retry
        /// Repeating it is in vain: somebody else's move.
        case refused
        /// The target wants nothing more, ever (410).
        case gone
    }

    package let outcome: Outcome
    /// One word of a closed vocabulary, `timeout`, `http_503`, `smtp_451`; empty on success.
    package let cause: String
    /// The peer's status, where there was one: of HTTP or of SMTP.
    package let status: Int?
    /// How long the peer wants to be left alone.
    package let retryAfter: Duration?
    /// Whether the target itself failed, rather than this effect: such failures open its circuit.
    package let blamesTarget: Bool
    /// Whether the peer may have acted although no answer came.
    package let mayHaveActed: Bool
    /// What a target of the data map brought to light, as ``TargetFindings`` writes it; nil for all others.
    package var findings: String?

    private init(
        _ outcome: Outcome,
        cause: String = "",
        status: Int? = nil,
        retryAfter: Duration? = nil,
        blamesTarget: Bool = false,
        mayHaveActed: Bool = false
    ) {
        self.outcome = outcome
        self.cause = cause
        self.status = status
        self.retryAfter = retryAfter
        self.blamesTarget = blamesTarget
        self.mayHaveActed = mayHaveActed
    }

    package static func done(_ outcome: Outcome = .done, status: Int? = nil) -> AttemptVerdict {
        AttemptVerdict(outcome, status: status)
    }

    /// - Parameter blamesTarget: true for whatever the next call to the same target would meet, too.
    package static func retry(
        _ cause: String,
        status: Int? = nil,
        after: Duration? = nil,
        blamesTarget: Bool,
        mayHaveActed: Bool = false
    ) -> AttemptVerdict {
        AttemptVerdict(
            .retry,
            cause: cause,
            status: status,
            retryAfter: after,
            blamesTarget: blamesTarget,
            mayHaveActed: mayHaveActed
        )
    }

    /// - Parameter after: how long to leave it alone before it goes on.
    package static func waiting(after pause: Duration, status: Int? = nil) -> AttemptVerdict {
        AttemptVerdict(.waiting, status: status, retryAfter: pause)
    }

    package static func refused(_ cause: String, status: Int? = nil) -> AttemptVerdict {
        AttemptVerdict(.refused, cause: cause, status: status)
    }

    package static func gone(_ cause: String, status: Int? = nil) -> AttemptVerdict {
        AttemptVerdict(.gone, cause: cause, status: status)
    }

    /// The cause of an attempt that never began, because its worker was ending or its turn had passed: it counts for nothing.
    package static let notBegun = "not_begun"

    /// Whether the target itself is in trouble, or wants to be left alone.
    package var isTargetsTrouble: Bool {
        switch outcome {
        case .retry: blamesTarget || retryAfter != nil
        case .gone: true
        case .done, .alreadyAbsent, .acceptedPending, .waiting, .refused: false
        }
    }

    /// Whether the effect has come to its end at the target.
    package var isDone: Bool {
        switch outcome {
        case .done, .alreadyAbsent, .acceptedPending: true
        case .waiting, .retry, .refused, .gone: false
        }
    }
}
