/// Why the configuration cannot be used. Names the key, where it was given, the fault and the remedy; never the value.
///
/// A program that meets one prints `description` and ends with exit code 78.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        /// The file, or a file that a key refers to, cannot be read.
        package static let unreadable = Code(rawValue: "unreadable")
        /// The file is not YAML of the expected shape.
        package static let syntax = Code(rawValue: "syntax")
        package static let unknownKey = Code(rawValue: "unknown_key")
        /// A value is of the wrong type, out of range, or in a place where it may not stand.
        package static let value = Code(rawValue: "value")
        /// A key that this program needs has no value.
        package static let missing = Code(rawValue: "missing")
    }

    package let code: Code
    /// The key's full name, for instance `database.url`; the path of the file when the file itself is at fault.
    package let key: String
    /// Where the key was given: `/etc/…/x.yaml line 4`, `HABEAS_DATABASE_URL`, `--database.url`; nil when nowhere.
    package let place: String?
    /// What is wrong, as the rest of a sentence that begins with the key.
    package let fault: String
    /// What to do, as an imperative.
    package let remedy: String

    package var description: String {
        "\(key)\(place.map { " (\($0))" } ?? "") \(fault); \(remedy)"
    }
}
