package import FoundationEssentials

/// A legal hold: erasure waits, the answer does not (K18). It covers a client, a case, or identities (of that client, if one is named).
package struct HoldPlaced: EventData {
    package static let type = EventType.holdPlaced

    package var request: CaseReference?
    package var holdRef: String
    package var client: String?
    package var identities: [Identity]
    package var basis: String
    package var reviewer: String
    package var until: Date?

    package static let shape = Shape(
        CaseReference.rules + [
            .required("hold_ref", .reference),
            .optional("client", .client),
            .optional("identities", .list(.object(Identity.shape), 0...50)),
            .required("basis", .text(Limit.text)),
            .required("reviewer", .label(Limit.label)),
            .optional("until", .time(.any)),
        ],
        [
            .atLeastOne(["client", "request", "request_ref", "identities"]),
            .atMostOne(["request", "request_ref", "client"]), .atMostOne(["request", "request_ref", "identities"]),
        ]
    )

    package init(reading reader: inout FieldReader) throws(EventFault) {
        request = try CaseReference.read(&reader)
        holdRef = try reader.required("hold_ref")
        client = try reader.string("client")
        identities = try reader.objects("identities")
        basis = try reader.required("basis")
        reviewer = try reader.required("reviewer")
        until = try reader.time("until")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member(request)
        writer.member("hold_ref", holdRef)
        writer.member("client", client)
        writer.member("identities", identities)
        writer.member("basis", basis)
        writer.member("reviewer", reviewer)
        writer.member("until", until)
    }
}
