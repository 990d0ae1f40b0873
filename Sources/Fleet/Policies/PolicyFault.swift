/// What is wrong with a profile, an agreement, a holiday file or a template: where, what, and what to do. Never quotes values.
package struct PolicyFault: Error, CustomStringConvertible, Equatable {
    /// File and line, and the key.
    package let place: String
    package let fault: String
    package let remedy: String

    package var description: String { "\(place) \(fault); \(remedy)" }
}
