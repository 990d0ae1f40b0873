package import FoundationEssentials
import Ledger
package import Postgres
import Rights

/// What one transaction writes about parts of cases and what was said of them.
package struct FanOutWrites: Sendable {
    private var made: [FanOutTarget] = []
    private var changed: [FanOutTarget] = []
    private var taken: [UUID] = []
    private var others: [SQL] = []

    package init() {}

    /// - Parameter others: written after the parts.
    package mutating func add(_ board: FanOutBoard, _ others: [SQL]) {
        made += board.made
        changed += board.changed
        taken += board.taken
        self.others += others
    }

    package func statements(at now: Date) -> [SQL] {
        var statements: [SQL] = []
        if !made.isEmpty { statements.append(FanOutTarget.insert(made)) }
        if !changed.isEmpty { statements.append(FanOutTarget.update(changed)) }
        if !taken.isEmpty { statements.append(TaskAnswers.take(taken, at: now)) }
        return statements + others
    }
}
