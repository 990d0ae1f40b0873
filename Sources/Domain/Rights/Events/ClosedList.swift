/// A field whose values are a closed list; the raw value is the word on the wire.
///
/// The lists are data as well as types: the parser reads with them and the published schema is compared with them.
package protocol ClosedList: RawRepresentable<String>, CaseIterable, Hashable, Sendable {}

extension ClosedList {
    /// The words of the list, in the order they are documented.
    package static var words: [String] { allCases.map(\.rawValue) }
}
