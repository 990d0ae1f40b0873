/// One call of ``AMQPPublisher/publish(_:timeout:)`` on its way: what is to be sent, and what became of it so far.
///
/// Belongs to the publisher's thread.
final class PublishCall {
    let messages: [Message]
    let deadline: ContinuousClock.Instant
    /// Index of the first message that was not sent.
    var next = 0
    private var outcomes: [PublishOutcome]
    private(set) var unsettled: Int
    private var continuation: CheckedContinuation<[PublishOutcome], Never>?

    init(
        _ messages: [Message],
        deadline: ContinuousClock.Instant,
        continuation: CheckedContinuation<[PublishOutcome], Never>? = nil
    ) {
        self.messages = messages
        self.deadline = deadline
        self.continuation = continuation
        outcomes = Array(repeating: .unknown(.timeout), count: messages.count)
        unsettled = messages.count
    }

    /// Nothing more can change; ``answer()`` may still be to come.
    var isFinished: Bool { unsettled == 0 }
    var isSent: Bool { next == messages.count }

    func settle(_ index: Int, _ outcome: PublishOutcome) {
        guard unsettled > 0 else { return }
        outcomes[index] = outcome
        unsettled -= 1
    }

    /// What is unsettled gets `code`; confirms that come later are not wanted any more.
    func giveUp(_ code: AMQPError.Code) {
        guard unsettled > 0 else { return }
        for index in outcomes.indices where outcomes[index] == .unknown(.timeout) { outcomes[index] = .unknown(code) }
        next = messages.count
        unsettled = 0
    }

    /// Wakes the caller. Once, when finished.
    func answer() {
        continuation?.resume(returning: outcomes)
        continuation = nil
    }
}
