/// The client of a case that waited for one is named.
package struct RequestClientNamed: EventData {
    package static let type = EventType.requestClientNamed

    package var request: CaseReference
    package var client: String?
    /// In words; never refused for not being resolvable.
    package var clientNamed: String?

    package static let shape = Shape(
        CaseReference.rules + [
            .optional("client", .client),
            .optional("client_named", .text(Limit.text)),
        ],
        [CaseReference.constraint, .atLeastOne(["client", "client_named"])]
    )

    package init(reading reader: inout FieldReader) throws(EventFault) {
        request = try reader.caseReference()
        client = try reader.string("client")
        clientNamed = try reader.string("client_named")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member(request)
        writer.member("client", client)
        writer.member("client_named", clientNamed)
    }
}
