import AMQP
package import FoundationEssentials
package import Ledger
package import Postgres
import Rights

/// Asks intake to look again at what came too early for some cases: `{"v":1,"cases":[…]}`.
package enum ReconsiderMessage {
    package static let type = "habeas.reconsider.v1"

    /// A hint: should it be lost, what waits is told to its publisher when its time is over.
    package static func row(_ cases: [UUID], at now: Date) -> OutboxRow {
        var writer = JSONWriter()
        writer.object { body in
            body.member("v", 1)
            body.member("cases", cases.map(\.lowercaseText))
        }
        return OutboxRow(
            id: UUID.version7(at: now),
            kind: .wakeUp,
            exchange: Topology.work,
            routingKey: Topology.intake,
            messageType: type,
            subjectID: cases.count == 1 ? cases[0] : nil,
            body: writer.bytes,
            createdAt: now
        )
    }

    /// Those of `ids` for which something waits, for them or for another case of their group; their locks are held.
    package static func waiting(_ ids: [UUID]) -> SQL {
        """
        SELECT c.id FROM habeas.case_file c
         WHERE c.id = ANY(\(ids)::uuid[])
           AND (EXISTS (SELECT FROM habeas.early_event e WHERE e.case_id = c.id)
                OR EXISTS (SELECT FROM habeas.case_file other JOIN habeas.early_event e ON e.case_id = other.id
                            WHERE other.group_id = c.group_id))
        """
    }
}
