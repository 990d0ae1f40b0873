/// What names one mail for good: `left@right`, without the angle brackets. Whoever sends a mail again gives it the same.
public struct MessageID: Hashable, Sendable {
    public let text: String

    /// - Parameters:
    ///   - left: unique at `right`: dot-separated atoms of RFC 5322.
    ///   - right: a domain of the sender's.
    /// - Throws: ``OutboundError`` with code `content` for anything else, and for more than 250 bytes.
    public init(_ left: String, at right: String) throws(OutboundError) {
        guard MailAddress.isDotAtom(Array(left.utf8)[...]), MailAddress.isDomain(Array(right.utf8)[...]),
            left.utf8.count + right.utf8.count < 250
        else { throw OutboundError(.content) }
        text = "\(left)@\(right)"
    }

    /// - Parameter text: of a mail that came in, with or without angle brackets.
    public init(_ text: String) throws(OutboundError) {
        let bare = text.hasPrefix("<") && text.hasSuffix(">") ? text.dropFirst().dropLast() : text[...]
        guard let at = bare.lastIndex(of: "@") else { throw OutboundError(.content) }
        try self.init(String(bare[..<at]), at: String(bare[bare.index(after: at)...]))
    }
}
