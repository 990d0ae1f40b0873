import FoundationEssentials

/// What clients are told, in each language that somebody has written: English always, a language is whole or not there.
package struct AnnouncementWords: Sendable, Equatable, Redacting {
    package struct Edition: Sendable, Equatable, Redacting {
        /// One line.
        package let title: String
        package let text: String

        package init(title: String, text: String) {
            self.title = title
            self.text = text
        }

        /// The text at its empty lines.
        package var paragraphs: [String] {
            var paragraphs: [[Substring]] = [[]]
            for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
                if line.allSatisfy(\.isWhitespace) {
                    paragraphs.append([])
                } else {
                    paragraphs[paragraphs.count - 1].append(line)
                }
            }
            return paragraphs.filter { !$0.isEmpty }.map { $0.joined(separator: " ") }
        }
    }

    /// What a client is written in whose own language is not there.
    package static let fallback = "en"

    private let english: Edition
    private let others: [String: Edition]

    /// - Parameter others: by the tag of the language; what stands under ``fallback`` there is not read.
    package init(english: Edition, others: [String: Edition] = [:]) {
        self.english = english
        self.others = others.filter { $0.key != Self.fallback }
    }

    /// The words in a language, else in English; with the language that they are in.
    package func edition(in locale: String) -> (locale: String, words: Edition) {
        others[locale].map { (locale, $0) } ?? (Self.fallback, english)
    }

    /// The languages there are, English first.
    package var locales: [String] { [Self.fallback] + others.keys.sorted() }

    /// As it is kept.
    package var stored: [UInt8] {
        var writer = JSONWriter(capacity: 4_096)
        writer.object { body in
            body.key("editions")
            body.array(locales) { list, locale in
                let words = edition(in: locale).words
                list.object { item in
                    item.member("locale", locale)
                    item.member("title", words.title)
                    item.member("text", words.text)
                }
            }
        }
        return writer.bytes
    }

    /// Reads what ``stored`` wrote.
    ///
    /// - Throws: ``JSONFault`` for what is no JSON, ``Unreadable`` for what only a newer version can have written.
    package init(stored bytes: [UInt8]) throws {
        let (document, fault) = JSONScanner.scan(bytes, maximumDepth: 4)
        if let fault { throw fault }
        var editions: [String: Edition] = [:]
        for item in document.member(0, "editions").map(document.items) ?? [] {
            guard let locale = document.word(item, "locale"), let title = document.word(item, "title"),
                let text = document.word(item, "text")
            else { throw Unreadable() }
            editions[locale] = Edition(title: title, text: text)
        }
        guard let english = editions[Self.fallback] else { throw Unreadable() }
        self.init(english: english, others: editions)
    }

    package struct Unreadable: Error {}
}
