/// A legal hold ends; what waited goes on with its original dates.
package struct HoldLifted: EventData {
    package static let type = EventType.holdLifted

    package var holdRef: String
    package var reason: String
    package var by: String

    package static let shape = Shape([
        .required("hold_ref", .reference),
        .required("reason", .text(Limit.text)),
        .required("by", .label(Limit.label)),
    ])

    package init(reading reader: inout FieldReader) throws(EventFault) {
        holdRef = try reader.required("hold_ref")
        reason = try reader.required("reason")
        by = try reader.required("by")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("hold_ref", holdRef)
        writer.member("reason", reason)
        writer.member("by", by)
    }
}
