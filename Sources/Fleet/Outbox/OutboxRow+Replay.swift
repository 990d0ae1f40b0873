package import FoundationEssentials
package import Ledger
import Rights

extension OutboxRow {
    /// Ids a message: few enough that copies of intake share them.
    private static let replaysPerMessage = 50

    /// Asks intake to read parked messages again, in this order. Ids only: intake finds content, publisher and first receipt in
    /// their rows.
    package static func replaying(_ ids: [UUID], at now: Date) -> [OutboxRow] {
        stride(from: 0, to: ids.count, by: replaysPerMessage).map { start in
            OutboxRow(replaying: ids[start..<min(start + replaysPerMessage, ids.count)], at: now)
        }
    }

    private init(replaying ids: ArraySlice<UUID>, at now: Date) {
        var body = JSONWriter(capacity: 64 + ids.count * 40)
        body.object { body in
            body.member("v", 1)
            body.member("replay", ids.map(\.lowercaseText))
        }
        self.init(
            id: UUID.version7(at: now),
            kind: .wakeUp,
            exchange: Topology.work,
            routingKey: Topology.intake,
            messageType: "habeas.replay.v1",
            subjectID: ids.count == 1 ? ids.first : nil,
            body: body.bytes,
            createdAt: now
        )
    }
}
