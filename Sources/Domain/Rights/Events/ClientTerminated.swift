package import FoundationEssentials

/// A client's contract has ended: everything of it goes (K8, K9).
package struct ClientTerminated: EventData {
    package static let type = EventType.clientTerminated

    package var client: String
    package var terminatedAt: Date
    package var mode: TerminationMode
    package var requestedBy: String

    package static let shape = Shape([
        .required("client", .client),
        .required("terminated_at", .time(.past)),
        .required("mode", .choice(TerminationMode.words)),
        .required("requested_by", .label(Limit.label)),
    ])

    package init(reading reader: inout FieldReader) throws(EventFault) {
        client = try reader.required("client")
        terminatedAt = try reader.required("terminated_at")
        mode = try reader.required("mode")
        requestedBy = try reader.required("requested_by")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("client", client)
        writer.member("terminated_at", terminatedAt)
        writer.member("mode", mode)
        writer.member("requested_by", requestedBy)
    }
}

package enum TerminationMode: String, ClosedList {
    case erase
    case returnThenErase = "return_then_erase"
}
