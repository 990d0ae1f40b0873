package import FoundationEssentials

/// A client objects to an announced change within its window (K20).
package struct ObjectionReceived: EventData {
    package static let type = EventType.objectionReceived

    package var notice: UUID
    package var client: String
    package var by: String
    package var text: String?

    package static let shape = Shape([
        .required("notice", .id),
        .required("client", .client),
        .required("by", .label(Limit.label)),
        .optional("text", .text(Limit.text)),
    ])

    package init(reading reader: inout FieldReader) throws(EventFault) {
        notice = try reader.required("notice")
        client = try reader.required("client")
        by = try reader.required("by")
        text = try reader.string("text")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("notice", notice)
        writer.member("client", client)
        writer.member("by", by)
        writer.member("text", text)
    }
}
