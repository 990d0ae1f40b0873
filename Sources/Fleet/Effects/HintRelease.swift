package import FoundationEssentials
package import Ledger
package import Postgres
import Rights

/// Lets effects of some targets go, and writes the hints that tell workers of them.
package struct HintRelease: Sendable {
    /// Effects a hint: few enough that several copies share what is released together.
    private static let chunk = 25

    /// Their results belong to ``hints(_:at:machineNow:)``.
    package let statements: [SQL]

    /// - Parameter pace: of the worker that lets them go, which takes some ahead; nil for one that performs none.
    package init(of targets: [String], pace: CallPace? = nil) {
        let depths = targets.map { pace?.depth(at: $0) ?? 0 }
        statements = targets.isEmpty ? [] : [ReadyLine.entering(targets), ReadyLine.release(targets, depths: depths)]
    }

    /// The messages about what was released, and the statements that put them into the outbox.
    package static func hints(
        _ results: some BidirectionalCollection<Rows>,
        at now: Date,
        machineNow: Date,
        grace: Duration = .seconds(30)
    ) throws -> (rows: [OutboxRow], statements: [SQL]) {
        var released: [String: [UUID]] = [:]
        for (id, queue) in try results.last?.decode(UUID.self, String.self) ?? [] {
            released[queue, default: []].append(id)
        }
        var outbox = OutboxWrites(grace: grace)
        for (queue, ids) in released.sorted(by: { $0.key < $1.key }) {
            // A newer version's queue: its own workers see to it.
            guard let queue = WorkQueue(rawValue: queue) else { continue }
            for start in stride(from: 0, to: ids.count, by: chunk) {
                outbox.add(row(queue, Array(ids[start..<min(start + chunk, ids.count)]), at: now, machineNow))
            }
        }
        return (outbox.rows, outbox.statements)
    }

    private static func row(_ queue: WorkQueue, _ ids: [UUID], at now: Date, _ machineNow: Date) -> OutboxRow {
        var writer = JSONWriter()
        writer.object { body in
            body.member("v", 1)
            body.member("ids", ids.map(\.lowercaseText))
        }
        var row = OutboxRow(
            id: UUID.version7(at: now),
            kind: .wakeUp,
            exchange: Topology.work,
            routingKey: Topology.effects(of: queue),
            messageType: "habeas.effects.v1",
            subjectID: nil,
            body: writer.bytes,
            createdAt: machineNow
        )
        row.isUrgent = queue.isUrgent
        return row
    }
}
