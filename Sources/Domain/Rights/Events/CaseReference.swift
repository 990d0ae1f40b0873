package import FoundationEssentials

/// How a later event names the case it is about.
package enum CaseReference: Hashable, Sendable {
    /// Our id, from `request.accepted`.
    case request(UUID)
    /// The publisher's own, unique per publisher.
    case reference(String)

    static let rules: [FieldRule] = [
        FieldRule("request", .id),
        FieldRule("request_ref", .reference),
    ]
    static let constraint = Constraint.exactlyOne(["request", "request_ref"])

    /// Reads whichever is there; an event that may go without a case gets nil.
    static func read(_ reader: inout FieldReader) throws(EventFault) -> CaseReference? {
        let request = try reader.id("request")
        let reference = try reader.string("request_ref")
        if let request { return .request(request) }
        return reference.map { .reference($0) }
    }
}
