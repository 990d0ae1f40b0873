/// Why one event is refused: where, what is wrong there, and what its sender can do.
///
/// It never holds the value that was wrong. `field` is a path of known names and positions
/// (`data.subjects[0].identities[1].value`); a name that the sender made up appears only if it looks like an identifier.
package struct EventFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where: a path, or `body` when the message as a whole cannot be read.
    package var field: String
    package var fault: FaultCode
    /// One sentence that says what to send instead.
    package var remedy: String
    /// How far the event could be recognised, so that it can be answered.
    package var origin: Origin

    package init(_ fault: FaultCode, at field: String, remedy: String, origin: Origin = Origin()) {
        self.field = field
        self.fault = fault
        self.remedy = remedy
        self.origin = origin
    }

    package var description: String { "\(field): \(fault). \(remedy)" }

    /// What could be read of a refused event, best effort: from the body, and where that fails from the message's properties.
    package struct Origin: Hashable, Sendable, Redacting {
        package var id: String?
        package var source: String?
        /// The wire name as sent; only if it is made of `[A-Za-z0-9._-]`.
        package var type: String?
        package var requestRef: String?
        package var reference: String?

        package init(
            id: String? = nil,
            source: String? = nil,
            type: String? = nil,
            requestRef: String? = nil,
            reference: String? = nil
        ) {
            self.id = id
            self.source = source
            self.type = type
            self.requestRef = requestRef
            self.reference = reference
        }
    }

    /// The same fault, seen from the object that contains the one it was found in.
    func within(_ parent: String) -> EventFault {
        var outer = self
        outer.field = field.isEmpty ? parent : "\(parent).\(field)"
        return outer
    }
}
