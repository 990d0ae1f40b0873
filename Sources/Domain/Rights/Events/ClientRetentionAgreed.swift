package import FoundationEssentials

/// A longer retention after termination, asked for and agreed: both names are needed (K8).
package struct ClientRetentionAgreed: EventData {
    package static let type = EventType.clientRetentionAgreed

    package var client: String
    package var until: Date
    package var requestedBy: String
    package var agreedBy: String

    package static let shape = Shape([
        .required("client", .client),
        .required("until", .time(.any)),
        .required("requested_by", .label(Limit.label)),
        .required("agreed_by", .label(Limit.label)),
    ])

    package init(reading reader: inout FieldReader) throws(EventFault) {
        client = try reader.required("client")
        until = try reader.required("until")
        requestedBy = try reader.required("requested_by")
        agreedBy = try reader.required("agreed_by")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("client", client)
        writer.member("until", until)
        writer.member("requested_by", requestedBy)
        writer.member("agreed_by", agreedBy)
    }
}
