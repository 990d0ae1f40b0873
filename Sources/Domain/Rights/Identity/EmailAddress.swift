/// E-mail addresses in the form in which they are compared and looked up.
///
/// Trimmed, composed, lower case on both sides of the `@`: mail systems that tell `Ann@` from `ann@` are rarer than people
/// who type their own address either way. International domains stay as they are written. Quoted local parts, comments and
/// address literals are refused, and so is every control character and line end: addresses reach SMTP envelopes.
package enum EmailAddress {
    /// The normal form, or nil if this is no address.
    package static func normalise(_ text: String) -> String? {
        let address = CanonicalText.lowercased(CanonicalText.trimmed(text))
        guard address.utf8.count <= 254, CanonicalText.isOneLine(address), !CanonicalText.hasWhitespace(address) else {
            return nil
        }
        let parts = address.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, isLocalPart(parts[0]), isDomain(parts[1]) else { return nil }
        return address
    }

    private static func isLocalPart(_ part: Substring.UTF8View) -> Bool {
        guard (1...64).contains(part.count), part.first != UInt8(ascii: "."), part.last != UInt8(ascii: ".") else {
            return false
        }
        var previous: UInt8 = 0
        for byte in part {
            if refused.contains(byte) || (byte == UInt8(ascii: ".") && previous == byte) { return false }
            previous = byte
        }
        return true
    }

    private static func isDomain(_ domain: Substring.UTF8View) -> Bool {
        let labels = domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                    && label.allSatisfy(isDomainByte)
            }
    }

    private static func isDomainByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), 0x80...:
            true
        default: false
        }
    }

    private static let refused = Array("\"(),:;<>[]\\".utf8)
}
