package import FoundationEssentials
package import Ledger
package import Rights

/// Gathers the ids that workers are to look at, so that a batch wakes each worker with few messages.
package struct WakeUps: Sendable {
    /// Ids a message: few enough that several copies of a worker share a batch.
    private static let chunk = 50

    private var ids: [WorkQueue: [UUID]] = [:]

    package init() {}

    package mutating func wake(_ queue: WorkQueue, for id: UUID) { ids[queue, default: []].append(id) }

    package func rows(at now: Date) -> [OutboxRow] {
        WorkQueue.allCases.flatMap { queue in
            let waiting = ids[queue] ?? []
            return stride(from: 0, to: waiting.count, by: WakeUps.chunk).map { start in
                row(queue, Array(waiting[start..<min(start + WakeUps.chunk, waiting.count)]), at: now)
            }
        }
    }

    private func row(_ queue: WorkQueue, _ ids: [UUID], at now: Date) -> OutboxRow {
        var writer = JSONWriter()
        writer.object { body in
            body.member("v", 1)
            body.member("ids", ids.map(\.lowercaseText))
        }
        var row = OutboxRow(
            id: UUID.version7(at: now),
            kind: .wakeUp,
            exchange: Topology.work,
            routingKey: queue.rawValue,
            messageType: "habeas.wake_up.v1",
            subjectID: ids.count == 1 ? ids[0] : nil,
            body: writer.bytes,
            createdAt: now
        )
        row.isUrgent = queue.isUrgent
        return row
    }
}
