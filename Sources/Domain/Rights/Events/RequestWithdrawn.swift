/// The subject, or who spoke for it, takes the request back.
package struct RequestWithdrawn: EventData {
    package static let type = EventType.requestWithdrawn

    package var request: CaseReference
    package var by: String
    package var reason: String?

    package static let shape = Shape(
        CaseReference.rules + [
            .required("by", .label(Limit.label)),
            .optional("reason", .text(Limit.text)),
        ],
        [CaseReference.constraint]
    )

    package init(reading reader: inout FieldReader) throws(EventFault) {
        request = try reader.caseReference()
        by = try reader.required("by")
        reason = try reader.string("reason")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member(request)
        writer.member("by", by)
        writer.member("reason", reason)
    }
}
