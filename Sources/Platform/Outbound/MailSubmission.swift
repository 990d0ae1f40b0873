/// A mail and its envelope, as handed to a server.
public struct MailSubmission: Sendable {
    /// Where bounces go; nil is the empty sender, which nobody may answer.
    public var sender: MailAddress?
    /// At least one. When the server refuses one of them, none gets the mail.
    public var recipients: [MailAddress]
    /// ASCII, with CR LF, in lines of at most 998 bytes; see ``MailMessage/encoded()``.
    public var message: [UInt8]
    /// In place of the client's own limit.
    public var timeout: Duration?

    public init(
        from sender: MailAddress?,
        to recipients: [MailAddress],
        message: [UInt8],
        timeout: Duration? = nil
    ) {
        self.sender = sender
        self.recipients = recipients
        self.message = message
        self.timeout = timeout
    }

    /// Refuses what a server could take for the end of the mail, or for another mail: bare line ends above all.
    func validate() throws(OutboundError) {
        guard !recipients.isEmpty, !message.isEmpty, message.suffix(2).elementsEqual([0x0D, 0x0A]) else {
            throw OutboundError(.content)
        }
        var length = 0
        var previous: UInt8 = 0
        for byte in message {
            guard byte != 0, byte < 0x80, (byte == 0x0A) == (previous == 0x0D) else { throw OutboundError(.content) }
            length = byte == 0x0A ? 0 : length + 1
            guard length <= 999 else { throw OutboundError(.content) }
            previous = byte
        }
    }
}
