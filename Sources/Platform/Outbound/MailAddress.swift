/// A mail address that can stand in an envelope and in a header as it is: `local@domain` in ASCII.
///
/// Local parts are dot-separated atoms of RFC 5322, at most 64 bytes; quoted ones are refused, and with them blanks,
/// angle brackets, line ends and everything else that a server could take for more than an address. Domains are names of
/// letters, digits and hyphens, an international one in its ASCII form (`xn--`). At most 254 bytes together.
public struct MailAddress: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    public let text: String

    /// - Throws: ``OutboundError`` with code `mailbox`.
    public init(_ text: String) throws(OutboundError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 254, let at = bytes.lastIndex(of: UInt8(ascii: "@")), (1...64).contains(at),
            Self.isDotAtom(bytes[..<at]), Self.isDomain(bytes[(at + 1)...])
        else { throw OutboundError(.mailbox) }
        self.text = text
    }

    /// Never the address itself, so that no log line or error shows it by accident.
    public var description: String { "MailAddress(redacted)" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    static func isDotAtom(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy(isAtomText)
        }
    }

    static func isAtomText(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    static func isDomain(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count <= 253
            && bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                guard let first = label.first, let last = label.last, label.count <= 63 else { return false }
                return isLetterOrDigit(first) && isLetterOrDigit(last)
                    && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
            }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
