/// Verification of the identity failed.
package struct IdentityFailed: EventData {
    package static let type = EventType.identityFailed

    package var request: CaseReference
    package var reason: IdentityFailure

    package static let shape = Shape(
        CaseReference.rules + [
            .required("reason", .choice(IdentityFailure.words))
        ],
        [CaseReference.constraint]
    )

    package init(reading reader: inout FieldReader) throws(EventFault) {
        request = try reader.caseReference()
        reason = try reader.required("reason")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member(request)
        writer.member("reason", reason)
    }
}

package enum IdentityFailure: String, ClosedList {
    case noAnswer = "no_answer"
    case mismatch
    case suspectedFraud = "suspected_fraud"
}
