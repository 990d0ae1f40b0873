/// How far a system's part is that takes its time: a copy that is collected, a client's data that are erased.
package struct WorkProgress: Sendable, Hashable {
    package let system: String
    package let operation: TargetOperation
    package let part: FanOutTarget.Part
    package let state: FanOutTarget.State
    /// Why it is where it is, or why the last attempt failed; a word of a closed list.
    package let cause: String?
    /// Collected, or erased, so far.
    package let rows: Int
    /// Of what is collected, before it is encrypted.
    package let bytes: Int
    package let files: Int
    /// How many rows there are in all, where the system could be asked: an estimate until it is through.
    package let total: Int?

    /// - Parameters:
    ///   - latest: findings of its last attempt; nil where none is under way.
    ///   - cause: why its last attempt failed.
    ///   - collected: what lies in the store.
    package init(
        _ target: FanOutTarget,
        latest: TargetFindings?,
        cause: String? = nil,
        collected: (rows: Int, bytes: Int, files: Int) = (0, 0, 0)
    ) {
        system = target.system
        operation = target.operation
        part = target.part
        state = target.state
        self.cause = target.state.isFinal ? target.cause : cause ?? target.cause
        let findings = latest ?? target.findings
        let said = findings.done ?? findings.rows ?? 0
        rows = target.operation == .collect ? collected.rows : said
        (bytes, files) = (collected.bytes, collected.files)
        total = findings.total.map { [rows] in max($0, rows) }
    }

    /// What is left to be done: nothing where it is over, nil where nobody knows.
    package var rowsLeft: Int? { state.isFinal ? 0 : total.map { $0 - rows } }
}
