/// One of the people a request is about.
package struct RequestSubject: FieldObject {
    package var identities: [Identity]
    package var contact: ContactDetails?

    package static let shape = Shape([
        .required("identities", .list(.object(Identity.shape), Limit.identities)),
        .optional("contact", .object(ContactDetails.shape)),
    ])

    package init(identities: [Identity], contact: ContactDetails? = nil) {
        self.identities = identities
        self.contact = contact
    }

    package init(reading reader: inout FieldReader) throws(EventFault) {
        identities = try reader.objects("identities")
        contact = try reader.object("contact")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("identities", identities)
        writer.member("contact", contact)
    }

    /// Where the person is written to: the address they gave for it, or else the first they are known by.
    package var mailAddress: String? { contact?.email ?? identities.first { $0.type == .email }?.value }
}

/// Who acts for the subject, and by what right.
package struct Agent: FieldObject {
    package var name: String
    package var authority: String

    package static let shape = Shape([
        .required("name", .label(Limit.label)),
        .required("authority", .text(Limit.text)),
    ])

    package init(reading reader: inout FieldReader) throws(EventFault) {
        name = try reader.required("name")
        authority = try reader.required("authority")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("name", name)
        writer.member("authority", authority)
    }
}

/// Who gave a client's instruction, in which role, over which channel (K7).
package struct Instructor: FieldObject {
    package var user: String
    package var role: String
    package var channel: String

    package static let shape = Shape([
        .required("user", .label(Limit.label)),
        .required("role", .label(Limit.label)),
        .required("channel", .label(Limit.label)),
    ])

    package init(reading reader: inout FieldReader) throws(EventFault) {
        user = try reader.required("user")
        role = try reader.required("role")
        channel = try reader.required("channel")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("user", user)
        writer.member("role", role)
        writer.member("channel", channel)
    }
}

/// What a rectification asks to be written where.
package struct Correction: FieldObject {
    package var field: String
    package var value: String

    package static let shape = Shape([
        .required("field", .label(Limit.label)),
        .required("value", .text(Limit.text)),
    ])

    package init(field: String, value: String) {
        self.field = field
        self.value = value
    }

    package init(reading reader: inout FieldReader) throws(EventFault) {
        field = try reader.required("field")
        value = try reader.required("value")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("field", field)
        writer.member("value", value)
    }
}

/// The other controller a portability request is to be handed to.
package struct Recipient: FieldObject {
    package var name: String
    package var endpoint: String?

    package static let shape = Shape([
        .required("name", .label(Limit.label)),
        .optional("endpoint", .endpoint),
    ])

    package init(name: String, endpoint: String? = nil) {
        self.name = name
        self.endpoint = endpoint
    }

    package init(reading reader: inout FieldReader) throws(EventFault) {
        name = try reader.required("name")
        endpoint = try reader.string("endpoint")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("name", name)
        writer.member("endpoint", endpoint)
    }
}
