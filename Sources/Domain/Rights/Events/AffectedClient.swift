/// One client's part of an incident.
package struct AffectedClient: FieldObject {
    package var client: String
    package var subjectsApprox: Int?
    package var recordsApprox: Int?
    /// Sealed for the fleet.
    package var identities: String?

    package static let shape = Shape([
        .required("client", .client),
        .optional("subjects_approx", .count(0...Int.max)),
        .optional("records_approx", .count(0...Int.max)),
        .optional("identities", .sealed),
    ])

    package init(reading reader: inout FieldReader) throws(EventFault) {
        client = try reader.required("client")
        subjectsApprox = try reader.count("subjects_approx")
        recordsApprox = try reader.count("records_approx")
        identities = try reader.string("identities")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("client", client)
        writer.member("subjects_approx", subjectsApprox)
        writer.member("records_approx", recordsApprox)
        writer.member("identities", identities)
    }
}

/// The part of an incident that concerns data the vendor itself controls.
package struct OwnData: FieldObject {
    package var subjectsApprox: Int?
    package var recordsApprox: Int?
    package var categories: [String]
    /// Sealed for the fleet.
    package var identities: String?

    package static let shape = Shape([
        .optional("subjects_approx", .count(0...Int.max)),
        .optional("records_approx", .count(0...Int.max)),
        .optional("categories", .list(.label(Limit.label), Limit.items)),
        .optional("identities", .sealed),
    ])

    package init(reading reader: inout FieldReader) throws(EventFault) {
        subjectsApprox = try reader.count("subjects_approx")
        recordsApprox = try reader.count("records_approx")
        categories = try reader.strings("categories")
        identities = try reader.string("identities")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("subjects_approx", subjectsApprox)
        writer.member("records_approx", recordsApprox)
        writer.member("categories", categories)
        writer.member("identities", identities)
    }
}
