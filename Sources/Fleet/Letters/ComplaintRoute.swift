/// Words in several languages; English is always there.
package struct LocalisedText: Sendable, Hashable {
    private let texts: [String: String]

    init(_ texts: [String: String]) { self.texts = texts }

    /// In a language, else in English.
    package subscript(locale: String) -> String { texts[locale] ?? texts["en"] ?? "" }
}

/// Where a person may complain (Y7).
package struct ComplaintRoute: Sendable, Hashable {
    package struct Body: Sendable, Hashable {
        package let name: LocalisedText
        package let url: String?
        package let postal: String?

        func item(in locale: String) -> [String: String] {
            var item = ["authority": name[locale]]
            item["authority_url"] = url
            item["authority_postal"] = postal
            return item
        }

        /// Name, postal address and link in one line.
        package func line(in locale: String) -> String {
            [name[locale], postal, url].compactMap { $0 }.joined(separator: ", ")
        }
    }

    package let bodies: [Body]
    package let note: LocalisedText?
}
