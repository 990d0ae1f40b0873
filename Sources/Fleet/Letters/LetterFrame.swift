/// The HTML document around every letter, with three holes: `{{lang}}`, `{{title}}` and `{{body}}`.
struct LetterFrame: Sendable {
    /// What stands before, between and after the holes, in their order.
    private enum Piece {
        case words(String)
        case hole(String)
    }

    private let pieces: [Piece]

    private static let holes: Set<String> = ["lang", "title", "body"]

    init(_ text: String, file: String) throws(PolicyFault) {
        let tags = try TemplateTag.tags(of: text, from: 1, in: file)
        for tag in tags where tag.kind != .value || !Self.holes.contains(tag.name) {
            throw PolicyFault(
                place: "\(file) line \(tag.line): \(tag.name)",
                fault: "is no hole of the frame",
                remedy: "use {{lang}}, {{title}} and {{body}}"
            )
        }
        guard tags.count(where: { $0.name == "body" }) == 1 else {
            throw PolicyFault(
                place: file,
                fault: "does not hold {{body}} once",
                remedy: "write it where the letter stands"
            )
        }
        var pieces: [Piece] = []
        var rest = Substring(text)
        while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
            pieces.append(.words(String(rest[..<start.lowerBound])))
            let tag = rest[start.upperBound..<end.lowerBound]
            if tag.first != "!" { pieces.append(.hole(tag.split(separator: " ").joined())) }
            rest = rest[end.upperBound...]
        }
        pieces.append(.words(String(rest)))
        self.pieces = pieces
    }

    /// - Parameter body: HTML.
    func document(title: String, locale: String, body: String) -> String {
        pieces.map { piece in
            switch piece {
            case .words(let words): words
            case .hole("lang"): HTMLText.escaped(locale)
            case .hole("title"): HTMLText.escaped(title)
            case .hole: body
            }
        }.joined()
    }
}
