package import FoundationEssentials

/// A client has acknowledged the notice of an incident.
package struct BreachAcknowledged: EventData {
    package static let type = EventType.breachAcknowledged

    package var incidentRef: String
    package var client: String
    package var by: String
    package var at: Date

    package static let shape = Shape([
        .required("incident_ref", .reference),
        .required("client", .client),
        .required("by", .label(Limit.label)),
        .required("at", .time(.past)),
    ])

    package init(reading reader: inout FieldReader) throws(EventFault) {
        incidentRef = try reader.required("incident_ref")
        client = try reader.required("client")
        by = try reader.required("by")
        at = try reader.required("at")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("incident_ref", incidentRef)
        writer.member("client", client)
        writer.member("by", by)
        writer.member("at", at)
    }
}
