/// How a person is reached.
package struct ContactDetails: FieldObject {
    package var email: String?
    package var name: String?
    /// A BCP 47 tag: `de`, `pt-BR`.
    package var locale: String?
    /// A contact point that came as one line of text.
    package var line: String?

    package static let shape = Shape([
        .optional("email", .email),
        .optional("name", .label(Limit.label)),
        .optional("locale", .locale),
    ])

    /// The form in which breaches and complaints name one: the object, or a line.
    static let point = FieldType.lineOrObject(Limit.text, shape)

    package init(email: String? = nil, name: String? = nil, locale: String? = nil, line: String? = nil) {
        self.email = email
        self.name = name
        self.locale = locale
        self.line = line
    }

    package init(reading reader: inout FieldReader) throws(EventFault) {
        email = try reader.string("email")
        name = try reader.string("name")
        locale = try reader.string("locale")
    }

    static func readPoint(_ name: String, _ reader: inout FieldReader) throws(EventFault) -> ContactDetails? {
        if reader.isText(name) { return ContactDetails(line: try reader.string(name)) }
        return try reader.object(name)
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("email", email)
        writer.member("name", name)
        writer.member("locale", locale)
    }

    static func writePoint(_ name: StaticString, _ contact: ContactDetails?, to writer: inout JSONWriter) {
        if let line = contact?.line { writer.member(name, line) } else { writer.member(name, contact) }
    }
}
