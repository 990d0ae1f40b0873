/// One declared field of an event: the parser reads by it and the published schema is compared with it.
package struct FieldRule: Sendable {
    package let name: String
    package let type: FieldType
    package let isRequired: Bool
    /// The name as it stands in a message, compared without making strings.
    let bytes: [UInt8]

    init(_ name: String, _ type: FieldType, required: Bool = false) {
        self.name = name
        self.type = type
        self.isRequired = required
        self.bytes = Array(name.utf8)
    }

    static func required(_ name: String, _ type: FieldType) -> FieldRule { FieldRule(name, type, required: true) }
    static func optional(_ name: String, _ type: FieldType) -> FieldRule { FieldRule(name, type) }
}

/// What one declared field holds.
package indirect enum FieldType: Sendable {
    /// Free text of at most that many bytes of UTF-8; card numbers in it are masked.
    case text(Int)
    /// One line, trimmed, at most that many bytes; card numbers in it are masked.
    case label(Int)
    /// A publisher's own reference: one line of at most 128 characters, echoed unchanged.
    case reference
    /// A client's id, `[a-z0-9-]{1,63}`.
    case client
    /// An id of ours.
    case id
    case choice([String])
    case time(TimeRule)
    case flag
    case count(ClosedRange<Int>)
    /// A sum of money in units of its currency.
    case amount
    case currency
    /// ISO 3166-1 alpha-2, or ISO 3166-2.
    case country
    /// A BCP 47 language tag.
    case locale
    case email
    /// An `https` address.
    case endpoint
    /// A compact JWE.
    case sealed
    /// Where results are, as a web address, or the results themselves, sealed.
    case locator
    /// An identity's value, checked by the type beside it.
    case identityValue
    case object(Shape)
    /// A contact point: one line of text, or an object.
    case lineOrObject(Int, Shape)
    case list(FieldType, ClosedRange<Int>)
}

/// Which moments a time may name.
package enum TimeRule: Sendable {
    /// It has happened: not after now, and not more than ten years ago.
    case past
    /// It may lie ahead, by a hundred years at most.
    case any
}

/// The declared fields of one object, and what holds between them.
package final class Shape: Sendable {
    package let fields: [FieldRule]
    package let constraints: [Constraint]

    /// At most 32 fields: the reader keeps its places inline.
    init(_ fields: [FieldRule], _ constraints: [Constraint] = []) {
        precondition(fields.count <= FieldReader.capacity, "A shape has at most \(FieldReader.capacity) fields")
        self.fields = fields
        self.constraints = constraints
    }
}

/// What must hold between the fields of one object.
package enum Constraint: Sendable {
    case exactlyOne([String])
    case atMostOne([String])
    case atLeastOne([String])
    /// When the field holds that word, the others are required too.
    case requires([String], when: String, is: String)
}
