/// A person whose data the vendor itself controls, as far as a letter needs it (G13).
package struct ToldPerson: Sendable, Hashable, Redacting {
    /// In its normal form: the same person has one.
    package let email: String
    package let name: String?
    /// A BCP 47 tag; nil where nobody knows the person's language.
    package let locale: String?

    package init(email: String, name: String? = nil, locale: String? = nil) {
        self.email = email
        self.name = name
        self.locale = locale
    }

    /// Nil for one without an address.
    package init?(_ subject: RequestSubject) {
        guard let email = subject.mailAddress.flatMap(EmailAddress.normalise) else { return nil }
        self.init(email: email, name: subject.contact?.name, locale: subject.contact?.locale)
    }

    /// As it is kept: a JSON object.
    package var stored: [UInt8] {
        var writer = JSONWriter(capacity: 128)
        writer.object { body in
            body.member("email", email)
            body.member("name", name)
            body.member("locale", locale)
        }
        return writer.bytes
    }

    /// Reads what ``stored`` wrote.
    ///
    /// - Throws: ``JSONFault`` for what is no such object.
    package init(stored bytes: [UInt8]) throws {
        let (document, fault) = JSONScanner.scan(bytes, maximumDepth: 2)
        if let fault { throw fault }
        guard let email = document.word(0, "email") else { throw Unreadable() }
        self.init(email: email, name: document.word(0, "name"), locale: document.word(0, "locale"))
    }

    /// What only a newer version can have written.
    package struct Unreadable: Error {}
}
