public import FoundationEssentials

/// A mail that a machine writes: text, perhaps HTML beside it, and headers, composed into the bytes of RFC 5322 and MIME.
///
/// Everything is ASCII on the wire, with CR LF and short lines: other scripts are encoded. Whatever a header is made of is
/// checked for control characters and line ends, U+0085, U+2028 and U+2029 among them. The same value gives the same
/// bytes every time.
public struct MailMessage: Sendable {
    /// An address with the name to show for it.
    public struct Mailbox: Sendable {
        public var name: String?
        public var address: MailAddress

        public init(_ address: MailAddress, name: String? = nil) {
            self.address = address
            self.name = name
        }
    }

    public var from: Mailbox
    public var to: [Mailbox]
    public var replyTo: Mailbox?
    public var subject: String
    public var date: Date
    public var id: MessageID
    /// The mail that this one answers.
    public var inReplyTo: MessageID?
    /// Line ends of any kind.
    public var text: String
    /// A whole document that says the same as ``text``.
    public var html: String?
    /// Further headers of free text, for instance `Content-Language`. None of those that are composed here.
    public var headers: [(name: String, value: String)] = []

    public init(
        from: Mailbox,
        to: [Mailbox],
        subject: String,
        date: Date,
        id: MessageID,
        text: String,
        html: String? = nil
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.date = date
        self.id = id
        self.text = text
        self.html = html
    }

    /// The mail as it goes to a server.
    ///
    /// - Throws: ``OutboundError``: `header` for characters that may not be in one, or for a further header that is not
    ///   the caller's to set; `content` without a recipient.
    public func encoded() throws(OutboundError) -> [UInt8] {
        guard !to.isEmpty else { throw OutboundError(.content) }
        var parts = [
            MailHeader("Date", words: CivilTime(date).mailText.split(separator: " ").map(String.init)),
            try MailHeader("From", mailboxes: [from]),
            try MailHeader("To", mailboxes: to),
        ]
        if let replyTo { parts.append(try MailHeader("Reply-To", mailboxes: [replyTo])) }
        parts.append(try MailHeader("Subject", text: subject))
        parts.append(MailHeader("Message-ID", words: ["<\(id.text)>"]))
        if let inReplyTo {
            parts.append(MailHeader("In-Reply-To", words: ["<\(inReplyTo.text)>"]))
            parts.append(MailHeader("References", words: ["<\(inReplyTo.text)>"]))
        }
        // RFC 3834: no machine answers to this.
        parts.append(MailHeader("Auto-Submitted", words: ["auto-generated"]))
        for (name, value) in headers {
            guard MailHeader.isName(name), !Self.reserved.contains(name.lowercased()) else {
                throw OutboundError(.header)
            }
            parts.append(try MailHeader(name, text: value))
        }
        parts.append(MailHeader("MIME-Version", words: ["1.0"]))
        return Array((parts.map(\.encoded).joined() + body).utf8)
    }

    private static let reserved: Set<String> = [
        "auto-submitted", "bcc", "cc", "content-transfer-encoding", "content-type", "date", "from", "in-reply-to",
        "message-id", "mime-version", "received", "references", "reply-to", "return-path", "sender", "subject", "to",
    ]

    private var body: String {
        let plain = Self.part(text, type: "text/plain")
        guard let html else { return plain }
        let boundary = boundary
        return MailHeader("Content-Type", words: ["multipart/alternative;", "boundary=\"\(boundary)\""]).encoded
            + "\r\n--\(boundary)\r\n\(plain)\r\n--\(boundary)\r\n"
            + Self.part(html, type: "text/html") + "\r\n--\(boundary)--\r\n"
    }

    private static func part(_ text: String, type: String) -> String {
        let text = MailText(text)
        return MailHeader("Content-Type", words: ["\(type);", "charset=utf-8"]).encoded
            + MailHeader("Content-Transfer-Encoding", words: [text.encoding]).encoded + "\r\n" + text.encoded
    }

    /// The same for the same mail. No part can hold it: an equals sign is followed by a digit or a line end in
    /// quoted-printable, and there are no underscores in base64.
    private var boundary: String {
        // FNV-1a: nothing hangs on it but that nested mails differ.
        let hash = id.text.utf8.reduce(0xCBF2_9CE4_8422_2325) { (hash: UInt64, byte) in
            (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return "=_" + String(hash, radix: 36)
    }
}
