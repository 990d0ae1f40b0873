package import FoundationEssentials

/// A restriction of processing ends; the subject is told first (GDPR Art. 18(3)).
package struct RestrictionLifted: EventData {
    package static let type = EventType.restrictionLifted

    package var request: CaseReference
    package var at: Date

    package static let shape = Shape(
        CaseReference.rules + [
            .required("at", .time(.any))
        ],
        [CaseReference.constraint]
    )

    package init(reading reader: inout FieldReader) throws(EventFault) {
        request = try reader.caseReference()
        at = try reader.required("at")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member(request)
        writer.member("at", at)
    }
}
