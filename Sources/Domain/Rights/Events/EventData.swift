/// One object of an event: its declared fields, how it is read and how it is kept.
package protocol FieldObject: Equatable, Sendable, Redacting {
    static var shape: Shape { get }
    init(reading reader: inout FieldReader) throws(EventFault)
    /// Writes the members, known fields only, in declared order.
    func write(to writer: inout JSONWriter)
}

/// The `data` of one event type.
package protocol EventData: FieldObject {
    static var type: EventType { get }
}

/// Sizes that several fields share, in bytes of UTF-8 unless said otherwise.
enum Limit {
    /// Any string.
    static let text = 4 << 10
    /// The subject's own message.
    static let message = 32 << 10
    /// Sealed parts: a JWE of several identities is longer than a text.
    static let sealed = 32 << 10
    /// Names, roles, methods: what fits on one line.
    static let label = 256
    static let subjects = 1...1_000
    static let identities = 1...50
    static let items = 0...100
    static let affectedClients = 0...1_000
}

/// A person who speaks for a client.
package struct ClientActor: FieldObject {
    package var user: String
    package var role: String

    package static let shape = Shape([
        .required("user", .label(Limit.label)),
        .required("role", .label(Limit.label)),
    ])

    package init(user: String, role: String) {
        self.user = user
        self.role = role
    }

    package init(reading reader: inout FieldReader) throws(EventFault) {
        user = try reader.required("user")
        role = try reader.required("role")
    }

    package func write(to writer: inout JSONWriter) {
        writer.member("user", user)
        writer.member("role", role)
    }
}
