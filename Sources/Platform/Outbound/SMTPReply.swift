/// A mail server's last word on a submission.
public struct SMTPReply: Hashable, Sendable {
    /// What the word was about.
    public enum Stage: String, Hashable, Sendable {
        /// The conversation as such: nothing was said about this mail.
        case opening
        /// Our credentials: nothing was said about this mail.
        case login
        case sender, recipient, content
    }

    public enum Verdict: String, Hashable, Sendable {
        /// Handed over; whether anybody reads it is another matter.
        case accepted
        /// Not now: a later attempt may succeed.
        case transient
        /// Not as it is.
        case permanent
    }

    /// Three digits.
    public let code: Int
    /// RFC 3463's status, for instance `5.1.1`, where the server gives one.
    public let enhancedCode: String?
    public let stage: Stage

    public init(code: Int, enhancedCode: String? = nil, stage: Stage) {
        self.code = code
        self.enhancedCode = enhancedCode
        self.stage = stage
    }

    public var verdict: Verdict {
        switch code {
        case 200..<300: .accepted
        case 500..<600: .permanent
        default: .transient
        }
    }

    /// Reads the line that ends a reply; nil for any other. The words of the server are not kept: they may quote addresses.
    init?(line: some Collection<UInt8>, stage: Stage) {
        let text = String(decoding: line, as: UTF8.self)
        guard let code = Int(text.prefix(3)), (200..<600).contains(code), text.dropFirst(3).first != "-" else {
            return nil
        }
        let status = text.dropFirst(4).prefix { $0 == "." || ("0"..."9").contains($0) }
        let numbers = status.split(separator: ".", omittingEmptySubsequences: false)
        let isStatus =
            numbers.count == 3 && numbers[0].utf8.count == 1
            && numbers.allSatisfy { (1...3).contains($0.utf8.count) }
        self.init(code: code, enhancedCode: isStatus ? String(status) : nil, stage: stage)
    }
}
