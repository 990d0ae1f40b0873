import Rights

/// What a mail says, before it has sender, recipient and date.
package struct MailContent: Sendable, Hashable, Redacting {
    /// Names nobody: subjects show on locked screens and in lists of mail.
    package var subject: String
    package var text: String
    /// A whole document that says the same as ``text``.
    package var html: String?
    /// A language tag.
    package var locale: String

    package init(subject: String, text: String, html: String? = nil, locale: String) {
        self.subject = subject
        self.text = text
        self.html = html
        self.locale = locale
    }
}

extension MailContent {
    package init(_ letter: Letter) {
        self.init(subject: letter.subject, text: letter.text, html: letter.html, locale: letter.locale)
    }
}
