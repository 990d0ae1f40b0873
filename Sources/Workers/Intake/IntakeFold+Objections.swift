import AMQP
import Fleet
import FoundationEssentials
import Ledger
import Rights

extension IntakeFold {
    /// A client objects to a change that it was told of (K20; GDPR Art. 28(2)): every word of it is kept, sealed, and a person is called
    /// once. What follows from an objection is the contract's affair. Before a client was told it may object, too: it has heard
    /// of the change in another way.
    mutating func object(_ data: ObjectionReceived, _ prepared: PreparedEvent, _ delivery: Delivery) {
        guard let id = state.notices[.init(notice: data.notice, client: data.client)], let record = state.cases[id],
            let standing = state.objections[id]
        else {
            return refuse(
                delivery,
                prepared,
                "data.notice",
                .unknownNotice,
                "Name a notice that this client was sent, by the id that notice.sent gave you."
            )
        }
        let received = receipt(prepared)
        if let until = standing.until, received > until {
            return refuse(
                delivery,
                prepared,
                "data.notice",
                .windowOver,
                "The time for objections ended at \(EventTime.text(until)); speak with the processor about what the contract gives."
            )
        }
        guard !record.state.isFinal else {
            return refuse(
                delivery,
                prepared,
                "data.notice",
                .caseClosed,
                "The notice was closed before this came; speak with the processor about what the contract gives."
            )
        }
        keep(prepared, about: id)
        statements.append(Objections.insert(prepared.id, of: id, by: data.client, at: received))
        self.record(
            "objection.received",
            case: id,
            by: prepared,
            body: Facts.plain(prepared) { body in
                body.member("objection", prepared.id)
                body.member("received_at", received)
                body.member("objections_until", standing.until)
                body.member("first", !standing.hasObjected)
            }
        )
        guard !standing.hasObjected else { return }
        state.objections[id]?.hasObjected = true
        changes.review(.objection, of: record)
    }
}
