package import FoundationEssentials

/// A complaint about how a request or a person's data was handled (C3).
package struct ComplaintReceived: EventData {
    package static let type = EventType.complaintReceived

    package var request: CaseReference?
    package var complaintRef: String
    package var client: String?
    package var from: Complainant
    package var receivedAt: Date
    package var country: String?
    package var text: String?
    package var contact: ContactDetails?

    package static let shape = Shape(
        CaseReference.rules + [
            .required("complaint_ref", .reference),
            .optional("client", .client),
            .required("from", .choice(Complainant.words)),
            .required("received_at", .time(.past)),
            .optional("country", .country),
            .optional("text", .text(Limit.text)),
            .optional("contact", ContactDetails.point),
        ],
        [.atLeastOne(["client", "request", "request_ref"]), .atMostOne(["request", "request_ref"])]
    )

    package init(reading reader: inout FieldReader) throws(EventFault) {
        request = try CaseReference.read(&reader)
        complaintRef = try reader.required("complaint_ref")
        client = try reader.string("client")
        from = try reader.required("from")
        receivedAt = try reader.required("received_at")
        country = try reader.string("country")
        text = try reader.string("text")
        contact = try ContactDetails.readPoint("contact", &reader)
    }

    package func write(to writer: inout JSONWriter) {
        writer.member(request)
        writer.member("complaint_ref", complaintRef)
        writer.member("client", client)
        writer.member("from", from)
        writer.member("received_at", receivedAt)
        writer.member("country", country)
        writer.member("text", text)
        ContactDetails.writePoint("contact", contact, to: &writer)
    }
}

package enum Complainant: String, ClosedList {
    case subject, client
}
