package import FoundationEssentials
package import Ledger
import Rights

/// `event.rejected`: which field, what is wrong with it, what to send instead. Told to its publisher only.
package struct EventRejected: Sendable {
    private let parked: UUID
    private let type: String?
    private let field: String
    private let fault: String
    private let remedy: String
    /// What is known besides of the refused event.
    package var eventID: String?
    package var requestRef: String?
    package var reference: String?

    package init(_ record: ParkedMessageRecord) {
        self.init(
            parked: record.id,
            eventType: record.eventType,
            field: record.field,
            fault: record.fault,
            remedy: record.remedy
        )
    }

    package init(parked: UUID, eventType: String?, field: String, fault: String, remedy: String) {
        self.parked = parked
        type = eventType
        self.field = field
        self.fault = fault
        self.remedy = remedy
    }

    package func row(to publisher: String, at now: Date, machineNow: Date) -> OutboxRow {
        CloudEventOutcome.row("event.rejected", publisher: publisher, subject: parked, at: now, machineNow: machineNow)
        { data in
            data.member("parked", parked)
            data.member("id", eventID)
            data.member("type", type)
            data.member("field", field)
            data.member("fault", fault)
            data.member("remedy", remedy)
            data.member("request_ref", requestRef)
            data.member("reference", reference)
        }
    }
}
