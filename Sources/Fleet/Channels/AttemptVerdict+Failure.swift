package import AMQP
package import Outbound

extension AttemptVerdict {
    /// What a call that got no reply amounts to: one row for each code that the layer below has.
    enum Failing: Hashable {
        /// Not before somebody has changed something.
        case refused
        /// The target failed: it may be well again later.
        case target
        /// We were not ready: nothing is said about the target.
        case ours
    }

    static let failures: [OutboundError.Code: Failing] = [
        .url: .refused, .plain: .refused, .header: .refused, .mailbox: .refused, .content: .refused, .address: .refused,
        .login: .target, .resolve: .target, .connect: .target, .tls: .target, .timeout: .target, .tooLarge: .target,
        .incomplete: .target, .connectionLost: .target, .library: .target,
        .overloaded: .ours, .closed: .ours,
    ]

    /// - Parameter error: of a call or a mail. Codes that a later version adds count as the target's failure.
    package static func failed(_ error: OutboundError) -> AttemptVerdict {
        let cause = error.code == .address ? "address_" + word(error.refusal?.range) : error.code.rawValue
        switch failures[error.code] ?? .target {
        case .refused: return .refused(cause)
        case .target: return .retry(cause, blamesTarget: true, mayHaveActed: error.mayHaveActed)
        case .ours: return .retry(cause, blamesTarget: false, mayHaveActed: error.mayHaveActed)
        }
    }

    /// `carrier_grade_nat`: the range in letters that a metric's label and a line of output take.
    private static func word(_ range: AddressRefusal.Range?) -> String {
        String((range ?? .unknown).rawValue.lowercased().map { $0.isLetter ? $0 : "_" })
    }

    /// What the broker's answer to a message for a client's queue amounts to.
    package static func published(_ outcome: PublishOutcome) -> AttemptVerdict {
        switch outcome {
        case .confirmed: .done()
        // Nobody has made the client's queue, or bound it.
        case .unroutable: .refused("unroutable")
        // Its queue is full: the next message would not fit either.
        case .nacked: .retry("nacked", blamesTarget: true)
        case .unknown(.invalidMessage): .refused("invalid_message")
        // Our own broker: no client can help it.
        case .unknown(let code): .retry("broker_\(code.rawValue)", blamesTarget: false, mayHaveActed: true)
        }
    }
}
