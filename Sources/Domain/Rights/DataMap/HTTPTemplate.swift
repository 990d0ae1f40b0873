/// Text with places to be filled in: `/users/{id}`. A brace that opens no word of small letters is itself.
package struct HTTPTemplate: Sendable, Hashable {
    package enum Piece: Sendable, Hashable {
        case text(String)
        case place(HTTPPlaceholder)
    }

    package let pieces: [Piece]

    /// Nil where a word between braces is no placeholder.
    package init?(_ text: String) {
        var pieces: [Piece] = []
        var plain = ""
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{") {
            plain += rest[..<open]
            rest = rest[rest.index(after: open)...]
            let word = rest.prefix { $0 == "_" || ("a"..."z").contains($0) }
            guard !word.isEmpty, word.endIndex < rest.endIndex, rest[word.endIndex] == "}" else {
                plain += "{"
                continue
            }
            guard let placeholder = HTTPPlaceholder(word) else { return nil }
            if !plain.isEmpty { pieces.append(.text(plain)) }
            plain = ""
            pieces.append(.place(placeholder))
            rest = rest[rest.index(after: word.endIndex)...]
        }
        plain += rest
        if !plain.isEmpty { pieces.append(.text(plain)) }
        self.pieces = pieces
    }

    init(pieces: [Piece]) { self.pieces = pieces }

    package var placeholders: Set<HTTPPlaceholder> {
        Set(
            pieces.compactMap { piece in
                if case .place(let placeholder) = piece { placeholder } else { nil }
            }
        )
    }

    /// What is written, without what is filled in.
    package var plain: String {
        pieces.map { piece in
            if case .text(let text) = piece { text } else { "" }
        }.joined()
    }
}
