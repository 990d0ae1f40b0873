package import FoundationEssentials
package import Ledger
package import Rights

/// An outcome as a CloudEvent on the outcome exchange. Ids, codes and dates; never a person.
package enum CloudEventOutcome {
    package enum Receiver: Sendable, Hashable {
        case publisher(String)
        case client(String)

        /// What begins its routing keys.
        var prefix: String {
            switch self {
            case .publisher(let id): "publisher.\(id)"
            case .client(let id): "client.\(id)"
            }
        }
    }

    package static func row(
        _ name: String,
        publisher: String,
        subject: UUID,
        at now: Date,
        machineNow: Date,
        _ data: (inout JSONWriter) -> Void
    ) -> OutboxRow {
        row(name, to: .publisher(publisher), subject: subject, at: now, machineNow: machineNow, data)
    }

    /// - Parameter name: the middle of the wire name, `request.accepted`.
    package static func row(
        _ name: String,
        to receiver: Receiver,
        subject: UUID,
        at now: Date,
        machineNow: Date,
        _ data: (inout JSONWriter) -> Void
    ) -> OutboxRow {
        let id = UUID.version7(at: now)
        let type = "io.habeas.\(name).v1"
        var writer = JSONWriter()
        writer.object { event in
            event.member("specversion", "1.0")
            event.member("id", id)
            event.member("source", "/habeas")
            event.member("type", type)
            event.member("time", now)
            event.member("datacontenttype", "application/json")
            event.key("data")
            event.object(data)
        }
        return OutboxRow(
            id: id,
            kind: .outcome,
            exchange: Topology.outcomes,
            routingKey: "\(receiver.prefix).\(type)",
            messageType: type,
            subjectID: subject,
            body: writer.bytes,
            createdAt: machineNow
        )
    }
}
