package import FoundationEssentials

/// The subject's identity was verified, at a level and by a method.
package struct IdentityVerified: EventData {
    package static let type = EventType.identityVerified

    package var request: CaseReference
    package var level: VerificationLevel
    package var method: String
    package var verifiedAt: Date
    package var by: String

    package static let shape = Shape(
        CaseReference.rules + [
            .required("level", .choice(VerificationLevel.words)),
            .required("method", .label(Limit.label)),
            .required("verified_at", .time(.past)),
            .required("by", .label(Limit.label)),
        ],
        [CaseReference.constraint]
    )

    package init(reading reader: inout FieldReader) throws(EventFault) {
        request = try reader.caseReference()
        level = try reader.required("level")
        method = try reader.required("method")
        verifiedAt = try reader.required("verified_at")
        by = try reader.required("by")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member(request)
        writer.member("level", level)
        writer.member("method", method)
        writer.member("verified_at", verifiedAt)
        writer.member("by", by)
    }
}

/// How sure the verification makes (Y6).
package enum VerificationLevel: String, ClosedList {
    case session
    case emailConfirmed = "email_confirmed"
    case document

    /// Whether this is as sure as `wanted` or surer.
    package func reaches(_ wanted: VerificationLevel) -> Bool {
        VerificationLevel.allCases.firstIndex(of: self) ?? 0 >= VerificationLevel.allCases.firstIndex(of: wanted) ?? 0
    }
}
