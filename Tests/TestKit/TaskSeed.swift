package import FoundationEssentials
import Ledger
package import Postgres
package import Rights

/// Puts one system's part of an open case where a test wants it, as the erasure worker would.
package struct TaskSeed: Sendable {
    package var system: String
    package var operation = TargetOperation.erase
    package var way: FanOutTarget.Way
    package var state = FanOutTarget.State.pending
    package var part = FanOutTarget.Part.whole
    package var dueAt: Date?
    package var owner: String?

    package init(_ system: String, _ way: FanOutTarget.Way) {
        self.system = system
        self.way = way
    }

    /// - Returns: the task's id, and what has to be written.
    package func statement(case id: UUID, client: String?, at now: Date) -> (id: UUID, statements: [SQL]) {
        var target = FanOutTarget(
            id: UUID.version7(at: now),
            caseID: id,
            clientID: client,
            system: system,
            systemVersion: 1,
            part: part,
            operation: operation,
            way: way,
            isMandatory: true,
            level: way == .person ? .person : .probe,
            ordinal: 0,
            key: UUID()
        )
        target.state = state
        target.dueAt = dueAt
        target.owner = owner
        if state == .verified { (target.verifiedAt, target.verifiedBy) = (now, target.level) }
        // A verified one needs its time and level from the first.
        var first = target
        first.state = state == .verified ? .verifying : state
        return (
            target.id, [FanOutTarget.insert([first])] + (first.state == state ? [] : [FanOutTarget.update([target])])
        )
    }
}
