/// The subject says more closely what it wants.
package struct RequestClarified: EventData {
    package static let type = EventType.requestClarified

    package var request: CaseReference
    package var text: String?
    package var scope: [String]

    package static let shape = Shape(
        CaseReference.rules + [
            .optional("text", .text(Limit.text)),
            .optional("scope", .list(.text(Limit.text), Limit.items)),
        ],
        [CaseReference.constraint]
    )

    package init(reading reader: inout FieldReader) throws(EventFault) {
        request = try reader.caseReference()
        text = try reader.string("text")
        scope = try reader.strings("scope")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member(request)
        writer.member("text", text)
        writer.member("scope", scope)
    }
}
