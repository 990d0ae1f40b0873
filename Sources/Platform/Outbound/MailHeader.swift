/// One header of a mail, put together from words and folded so that lines stay within 76 bytes. A single word that is
/// longer, which only addresses and message ids can be, stands alone on its line.
struct MailHeader {
    let name: String
    private let words: [String]

    /// A header whose words are known to be harmless.
    init(_ name: String, words: [String]) {
        self.name = name
        self.words = words
    }

    /// A header of free text.
    ///
    /// - Throws: ``OutboundError`` with code `header` when the text holds control characters or line ends.
    init(_ name: String, text: String) throws(OutboundError) {
        try Self.refuseControls(text)
        self.init(
            name,
            words: Self.isPlain(text) ? text.split(separator: " ").map(String.init) : EncodedWord.words(for: text)
        )
    }

    /// A header of addresses with display names.
    init(_ name: String, mailboxes: [MailMessage.Mailbox]) throws(OutboundError) {
        var words: [String] = []
        for (index, mailbox) in mailboxes.enumerated() {
            if let name = mailbox.name, !name.isEmpty { words += try Self.phrase(name) }
            let address = words.isEmpty && mailboxes.count == 1 ? mailbox.address.text : "<\(mailbox.address.text)>"
            words.append(index + 1 < mailboxes.count ? address + "," : address)
        }
        self.init(name, words: words)
    }

    /// With its line end.
    var encoded: String {
        var text = name + ":"
        var length = text.utf8.count
        for word in words {
            if length + 1 + word.utf8.count > 76 {
                text += "\r\n"
                length = 0
            }
            text += " " + word
            length += 1 + word.utf8.count
        }
        return text + "\r\n"
    }

    /// Letters of a header name in RFC 5322, and short enough to leave room for a word.
    static func isName(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
    }

    private static func phrase(_ text: String) throws(OutboundError) -> [String] {
        try refuseControls(text)
        guard isPlain(text) else { return EncodedWord.words(for: text) }
        let words = text.split(separator: " ").map(String.init)
        if words.allSatisfy({ $0.utf8.allSatisfy(MailAddress.isAtomText) }) { return words }
        let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return quoted.utf8.count <= 60 ? ["\"\(quoted)\""] : EncodedWord.words(for: text)
    }

    /// Whether the text can stand as it is: ASCII, in words that fit a line, with single blanks between them, and nothing
    /// that a reader would take for an encoded word.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 < 0x80 } && !text.contains("=?") && !text.contains("  ") && !text.hasPrefix(" ")
            && !text.hasSuffix(" ") && text.split(separator: " ").allSatisfy { $0.utf8.count <= 60 }
    }

    private static func refuseControls(_ text: String) throws(OutboundError) {
        guard !text.unicodeScalars.contains(where: \.isControlOrLineEnd) else { throw OutboundError(.header) }
    }
}
