/// Why bytes are not acceptable JSON. Says where, never what stood there.
package struct JSONFault: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        /// Not JSON by the letter of RFC 8259, or bytes after its end.
        case syntax
        /// Invalid UTF-8, a NUL, a control character or half of a surrogate pair.
        case text
        case duplicateKey
        case depth
        /// A number that no double can hold.
        case number
    }

    package let reason: Reason
    /// Position of the offending byte, from 0.
    package let offset: Int

    init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
