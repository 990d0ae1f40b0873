/// A value that holds personal data and therefore never prints it.
///
/// String interpolation, `print`, `dump` and reflection show the name of the type and nothing inside, so that a log line
/// or an error text written in haste cannot carry a person's data out. Conformance is enough; nothing needs implementing.
package protocol Redacting: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension Redacting {
    package var description: String { "\(Self.self)(redacted)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
